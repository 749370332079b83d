import { type Books, type Intent, shown } from './books.ts';
import { invalid, missing } from './failure.ts';
import { checkNames, type Form, integerOf, listOf, textOf } from './form.ts';

const listNames = ['limit', 'starting_after', 'created', 'expand'];

export function listIntents(books: Books, form: Form): object {
  checkNames(form, listNames);
  const expand = expands(form, 'data.latest_charge');
  const { data, ...page } = pageOf(form, [...books.intents.values()], '/v1/payment_intents');
  return { ...page, data: data.map((intent: Intent) => shown(intent, expand)) };
}

export function listRefunds(books: Books, form: Form): object {
  checkNames(form, [...listNames, 'payment_intent', 'charge']);
  return pageOf(form, [...books.refunds.values()].filter(fits(form)), '/v1/refunds');
}

export function listDisputes(books: Books, form: Form): object {
  checkNames(form, [...listNames, 'payment_intent', 'charge']);
  return pageOf(form, [...books.disputes.values()].filter(fits(form)), '/v1/disputes');
}

/** Returns whether an object matches the form's filter, if there is one. */
const fits = (form: Form) => {
  const [intent, charge] = [textOf(form, 'payment_intent'), textOf(form, 'charge')];
  return (one: { payment_intent: string; charge: string }) =>
    (intent === undefined || one.payment_intent === intent) && (charge === undefined || one.charge === charge);
};

/** Returns whether the response shall include the charge and not only its id. */
export function expands(form: Form, path: string): boolean {
  const asked = listOf(form, 'expand') ?? [];
  const strange = asked.find((one) => one !== path);
  if (strange !== undefined) throw invalid(`This property cannot be expanded: ${strange}`, 'expand');
  return asked.length > 0;
}

/** The newest first; `all` comes oldest first. */
function pageOf<T extends { id: string; created: number }>(form: Form, all: T[], url: string) {
  const limit = integerOf(form, 'limit') ?? 10;
  if (limit < 1 || limit > 100) throw invalid('limit must be from 1 to 100', 'limit', 'parameter_invalid_integer');
  const within = createdWithin(form);
  const matching = all.filter((one) => within(one.created)).reverse();
  const after = textOf(form, 'starting_after');
  const start = after === undefined ? 0 : matching.findIndex((one) => one.id === after) + 1;
  if (after !== undefined && start === 0) throw missing('object', after, 'starting_after');
  const data = matching.slice(start, start + limit);
  return { object: 'list', url, has_more: start + limit < matching.length, data };
}

const comparisons: Record<string, (created: number, bound: number) => boolean> = {
  gt: (created, bound) => created > bound,
  gte: (created, bound) => created >= bound,
  lt: (created, bound) => created < bound,
  lte: (created, bound) => created <= bound,
};

function createdWithin(form: Form): (created: number) => boolean {
  if (typeof form.created !== 'object') {
    const exactly = integerOf(form, 'created');
    return (created) => exactly === undefined || created === exactly;
  }
  const range = form.created;
  checkNames(range, Object.keys(comparisons));
  const bounds = Object.keys(range).map((name) => [comparisons[name]!, integerOf(range, name)!] as const);
  return (created) => bounds.every(([holds, bound]) => holds(created, bound));
}
