import { type Books, intentOf, shown } from './books.ts';
import { confirmIntent } from './confirm.ts';
import type { Operation } from './faults.ts';
import type { Form } from './form.ts';
import { cancelIntent, captureIntent, createIntent } from './intents.ts';
import { expands, listDisputes, listIntents, listRefunds } from './list.ts';
import { createRefund, refundOf } from './refunds.ts';

export type Route = { on: Operation; run: (books: Books, form: Form) => object };

type Work = (books: Books, form: Form, id: string) => object;

const intent =
  (work: (books: Books, form: Form, id: string) => Parameters<typeof shown>[0]): Work =>
  (books, form, id) => {
    const expand = expands(form, 'latest_charge');
    return shown(work(books, form, id), expand);
  };

const routes: [method: 'GET' | 'POST', path: RegExp, on: Operation, work: Work][] = [
  ['POST', /^\/v1\/payment_intents$/, 'create', intent(createIntent)],
  ['GET', /^\/v1\/payment_intents$/, 'list', listIntents],
  ['GET', /^\/v1\/payment_intents\/(\w+)$/, 'get', intent((books, _, id) => intentOf(books, id))],
  [
    'POST',
    /^\/v1\/payment_intents\/(\w+)\/confirm$/,
    'confirm',
    intent((b, form, id) => confirmIntent(b, intentOf(b, id), form)),
  ],
  [
    'POST',
    /^\/v1\/payment_intents\/(\w+)\/cancel$/,
    'cancel',
    intent((b, form, id) => cancelIntent(b, intentOf(b, id), form)),
  ],
  [
    'POST',
    /^\/v1\/payment_intents\/(\w+)\/capture$/,
    'capture',
    intent((b, form, id) => captureIntent(b, intentOf(b, id), form)),
  ],
  ['POST', /^\/v1\/refunds$/, 'refund', createRefund],
  ['GET', /^\/v1\/refunds$/, 'list', listRefunds],
  ['GET', /^\/v1\/refunds\/(\w+)$/, 'get', (books, _, id) => refundOf(books, id)],
  ['GET', /^\/v1\/disputes$/, 'list', listDisputes],
];

export function routeOf(method: string, path: string): Route | undefined {
  for (const [verb, pattern, on, work] of routes) {
    const match = verb === method ? pattern.exec(path) : null;
    if (match) return { on, run: (books, form) => work(books, form, match[1] ?? '') };
  }
  return undefined;
}
