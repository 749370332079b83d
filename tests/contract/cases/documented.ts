import { expect, test } from 'bun:test';
import { z } from 'zod';
import type { Answer } from '../answers.ts';
import { type Document, type Operation, operationsOf, readerOf } from '../documents.ts';
import type { Suite } from './suite.ts';

/**
 * The operations of booking that are checked against their documents, each with the statuses that no case of this suite
 * gets. All of those of events and search are checked.
 */
const heldOfBooking: Record<string, number[]> = {
  // Tokens are not checked here, and the sandbox takes every amount.
  'POST /api/v1/booking/tickets/reserve': [401, 403, 422],
  'POST /api/v1/booking/tickets/confirm': [401, 403, 422],
  'POST /api/v1/booking/reservations': [401, 403, 422],
  'GET /api/v1/booking/reservations/{uuid}': [401],
  'DELETE /api/v1/booking/reservations/{uuid}': [401],
  'POST /api/v1/booking/reservations/{uuid}/extend': [401],
  'POST /api/v1/booking/orders': [401],
  'GET /api/v1/booking/orders': [401, 403],
  'GET /api/v1/booking/orders/{uuid}': [401, 403],
  // The sandbox always responds to a refund.
  'POST /api/v1/booking/orders/{uuid}/refunds': [202, 401, 403],
  'POST /api/v1/booking/payment-methods': [401, 403],
  'POST /api/v1/booking/events/{uuid}/cancel': [401, 403],
  'POST /api/v1/booking/events/{uuid}/postpone': [401, 403],
  'POST /api/v1/booking/events/{uuid}/reschedule': [401, 403],
  'GET /api/v1/booking/operations/{uuid}': [401, 403],
  'GET /api/v1/booking/events/{uuid}/sales': [401, 403],
  'GET /api/v1/booking/events/{uuid}/orders': [401, 403],
  'GET /api/v1/booking/events/{uuid}/orders.csv': [401, 403],
  'GET /api/v1/booking/events/{uuid}/tickets.csv': [401, 403],
  'GET /api/v1/booking/orders/{uuid}/history': [401, 403],
  'POST /sandbox/payments/{uuid}/approval': [],
};

/** The operations of events by which something is made under a key: no case repeats one while it is being answered. */
const heldOfEvents: Record<string, number[]> = {
  'POST /api/v1/management/organisers': [409],
  'POST /api/v1/management/venues': [409],
  'POST /api/v1/management/performers': [409],
  'POST /api/v1/management/events': [409],
  'POST /api/v1/management/events/{uuid}/presales': [409],
  // Only a reservation by its codes makes it so.
  'DELETE /api/v1/management/presales/{uuid}': [409],
  'POST /api/v1/management/events/{uuid}/prices': [409],
};

/** Statuses of tokens, which are not checked here. */
const byTokens = [401, 403];
/** Statuses of servers that are away or broken, which this suite does not have. */
const byFault = [500, 503];
/** The shell's own statuses, on every route. */
const byShell = [408, 413, 415, 429, 431];

/** The headers of single responses; all others are the shell's, or HTTP's. */
const ownHeaders = [
  'Retry-After',
  'WWW-Authenticate',
  'Location',
  'Idempotent-Replayed',
  'X-Lock-Status',
  'ETag',
  'X-Seats-Version',
];

/** These come last, as they check the responses of all other cases. */
export function documentedCases(suite: Suite): void {
  for (const service of ['events', 'booking', 'search'] as const) {
    test(`the OpenAPI document of ${service} describes exactly the statuses and bodies of its responses`, async () => {
      const base = suite.target[service];
      const document = (await (await fetch(`${base}/openapi.json`)).json()) as Document;
      for (const { name, operation } of operationsOf(document)) {
        if (service === 'booking' && !(name in heldOfBooking)) continue;
        const answers = suite.answers.filter(isOf(name, base));
        const held = service === 'booking' ? heldOfBooking[name]! : [...byTokens, ...(heldOfEvents[name] ?? [])];
        const others = [...byFault, ...byShell, ...held];
        const documented = Object.keys(operation.responses).map(Number);
        expect({ name, statuses: without(documented, others) }).toEqual({
          name,
          statuses: without(
            answers.map(({ status }) => status),
            others,
          ),
        });
        for (const answer of answers) {
          if (answer.status < 300) expectDocumentedQuery(name, answer, operation);
          await expectDocumented(name, answer, operation, document);
        }
      }
    });
  }
}

/** Returns whether a request was for the operation `name`, such as `GET /events/{uuid}`. */
function isOf(name: string, base: string) {
  const [method, template = ''] = name.split(' ');
  const path = new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  return (answer: Answer) =>
    answer.method === method && answer.url.startsWith(`${base}/`) && path.test(new URL(answer.url).pathname);
}

/** Each once, in order, but for `others`. */
const without = (statuses: number[], others: number[]) =>
  [...new Set(statuses)].filter((status) => !others.includes(status)).sort();

/** Checks that the document allows the queries that the service accepted. */
function expectDocumentedQuery(name: string, { url }: Answer, { parameters = [] }: Operation) {
  for (const [key, text] of new URL(url).searchParams) {
    const schema = parameters.find((one) => one.in === 'query' && one.name === key)?.schema ?? false;
    const value = schema && schema.type === 'integer' ? Number(text) : text;
    expect({ name, key, text, fits: z.fromJSONSchema(schema).safeParse(value).success }).toMatchObject({ fits: true });
  }
}

async function expectDocumented(name: string, answer: Answer, operation: Operation, document: Document) {
  const { status, headers, type, json } = answer;
  const { content = { '': { schema: {} } }, headers: told = {} } = operation.responses[status] ?? {};
  const types = Object.keys(content);
  // A client may ask for another type of several; an error may also be a problem, which only those get who ask for it.
  const expected =
    status >= 400 ? ['application/json', 'application/problem+json'] : types.includes(type) ? types : [type];
  expect({ name, status, types }).toEqual({ name, status, types: expected });
  const missing = Object.keys(told).filter((header) => told[header]?.required && !headers.has(header));
  const untold = ownHeaders.filter((header) => headers.has(header) && !(header in told));
  expect({ name, status, missing, untold }).toEqual({ name, status, missing: [], untold: [] });
  const schema = content[type]?.schema;
  if (json === undefined || !schema) return;
  const problems = readerOf(schema, document, status < 300).safeParse(JSON.parse(await json)).error?.issues ?? [];
  expect({ name, status, problems }).toEqual({ name, status, problems: [] });
}
