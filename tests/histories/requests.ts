import type { Told } from './history.ts';
import type { Process } from './processes.ts';
import { holdName, single } from './seat-model.ts';

const api = 'http://onsale/api/v1';

export type Answer = { status: number; body: Body; text: string; replayed: boolean };
type Body = {
  error?: string;
  uuid?: string;
  status?: string;
  order_uuid?: string;
  conflicts?: string[];
  tickets?: { uuid: string; status?: string; refunded?: boolean }[];
  orders?: Body[];
};

const noAnswer: Answer = { status: 500, body: { error: 'no answer' }, text: '', replayed: false };

/** Sends a request to a process. One that has died meanwhile does not respond. */
export async function send(
  process: Process,
  method: string,
  path: string,
  { body, key }: { body?: object; key?: string } = {},
): Promise<Answer> {
  const fetch = path.startsWith('/management') ? process.events : process.booking;
  const base = path.startsWith('/sandbox') ? 'http://onsale' : api;
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (key !== undefined) headers['Idempotency-Key'] = key;
  const request = new Request(`${base}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const response = await fetch(request);
  const text = await response.text();
  if (process.isDead()) return noAnswer;
  const replayed = response.headers.has('Idempotent-Replayed');
  return { status: response.status, body: text ? JSON.parse(text) : {}, text, replayed };
}

const answerOf = ({ status, body, replayed }: Answer) =>
  `${status}${body.error ? ` ${body.error}` : ''}${body.status ? ` ${body.status}` : ''}${replayed ? ', again' : ''}`;

/** Responses to every request: a replayed one, none at all, or one that says nothing. */
function toldByAll(answer: Answer): Told | undefined {
  const shown = answerOf(answer);
  if (answer.replayed || answer.body.error === 'request_in_progress') return { outcome: 'void', answer: shown };
  if (answer.status < 500 || answer.body.error === 'payment_pending') return undefined;
  return { outcome: 'unknown', answer: shown };
}

/** A response outside the contract, here or at all. */
class Unforeseen extends Error {}

const unforeseen = (answer: Answer): never => {
  throw new Unforeseen(`not an answer to this request: ${answer.status} ${answer.text}`);
};

export function toldByReserve(answer: Answer): Told {
  const told = { hold: single, answer: answerOf(answer) };
  if (answer.status === 200) return { ...told, outcome: 'ok' };
  if (answer.body.error === 'ticket_not_available') return { ...told, outcome: 'refused' };
  return toldByAll(answer) ?? unforeseen(answer);
}

export function toldByConfirm(answer: Answer, names: Names): Told {
  const uuid = answer.body.order_uuid;
  const told = { hold: single, answer: answerOf(answer), ...(uuid && { order: names.order(uuid) }) };
  if (answer.status === 200) return { ...told, outcome: 'ok' };
  const outcome = (
    {
      payment_declined: 'declined',
      payment_requires_action: 'pending',
      payment_pending: 'pending',
      ticket_not_reserved: 'refused',
    } as const
  )[answer.body.error ?? ''];
  return outcome ? { ...told, outcome } : (toldByAll(answer) ?? unforeseen(answer));
}

/** Names that stand for uuids: of seats, and of reservations and orders. */
export type Names = {
  seats: Map<string, string>;
  reservation(uuid: string): string;
  order(uuid: string): string;
};

export function toldByHold(answer: Answer, names: Names): Told {
  const shown = answerOf(answer);
  if (answer.status === 201) {
    const seats = answer.body.tickets!.map(({ uuid }) => names.seats.get(uuid)!);
    return { outcome: 'ok', answer: shown, hold: holdName(names.reservation(answer.body.uuid!), seats) };
  }
  if (answer.body.error === 'ticket_not_available') return refusalOf(answer, names);
  return toldByAll(answer) ?? unforeseen(answer);
}

/** A refusal that names the conflicting seats. */
function refusalOf(answer: Answer, names: Names): Told {
  const conflicts = (answer.body.conflicts ?? []).map((uuid) => names.seats.get(uuid)!);
  const told = Object.fromEntries(conflicts.map((seat) => [seat, 'taken']));
  return { outcome: 'refused', answer: `${answerOf(answer)} (${conflicts.join(' ')})`, told };
}

export function toldByRelease(answer: Answer): Told {
  if (answer.status === 204) return { outcome: 'ok', answer: answerOf(answer) };
  if (answer.status === 409) return { outcome: 'refused', answer: answerOf(answer) };
  return toldByAll(answer) ?? unforeseen(answer);
}

/** After a partial refund only the other seats are still the buyer's. */
export function toldByOrder(answer: Answer, names: Names): Told {
  const always = toldByAll(answer);
  if (always) return always;
  const shown = answerOf(answer);
  const order = answer.body.uuid ? names.order(answer.body.uuid) : undefined;
  if (answer.status === 202) return { outcome: 'pending', answer: shown, order };
  if (answer.status === 201) {
    const kept = answer.body.tickets!.filter(({ refunded }) => !refunded).map(({ uuid }) => names.seats.get(uuid)!);
    return { outcome: answer.body.status === 'paid' ? 'ok' : 'void', answer: shown, seats: kept, order };
  }
  if (answer.body.error === 'payment_declined') return { outcome: 'declined', answer: shown };
  if (answer.body.error === 'reservation_expired') return { outcome: 'refused', answer: shown };
  // One of the seats is being paid for by itself: nothing is done, and its outcome is open.
  if (answer.body.error === 'payment_pending') return { outcome: 'void', answer: shown };
  if (answer.body.error === 'ticket_not_available') return refusalOf(answer, names);
  return unforeseen(answer);
}

export function toldByRefund(answer: Answer, names: Names): Told {
  const always = toldByAll(answer);
  if (always) return always;
  if (answer.status === 201 || answer.status === 202) {
    return {
      outcome: 'ok',
      answer: answerOf(answer),
      seats: answer.body.tickets!.map(({ uuid }) => names.seats.get(uuid)!),
    };
  }
  if (answer.body.error === 'order_not_refundable') return { outcome: 'refused', answer: answerOf(answer) };
  return unforeseen(answer);
}

/** 404: no payment waits for this decision. */
export function toldByApproval(answer: Answer): Told {
  if (answer.status === 404) return { outcome: 'void', answer: answerOf(answer) };
  if (answer.status === 200) return { outcome: 'ok', answer: answerOf(answer) };
  return toldByAll(answer) ?? unforeseen(answer);
}

export function toldByLook(answer: Answer, names: Names): Told {
  if (answer.status >= 500) return { outcome: 'void', answer: answerOf(answer) };
  if (answer.status !== 200) return unforeseen(answer);
  const told = Object.fromEntries(answer.body.tickets!.map(({ uuid, status }) => [names.seats.get(uuid)!, status!]));
  const shown = Object.entries(told).map(([seat, status]) => `${seat} ${status}`);
  return { outcome: 'ok', answer: shown.join(', '), told };
}
