import { beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { eventually } from '../../../shared/testing/eventually.ts';
import type { Event } from '../client.ts';
import type { Suite } from './suite.ts';

const lostRequest = '00000000-0000-4000-8000-000000000004';
/** The operation is looked at every five seconds, and ends after as many. */
const soonMs = 30_000;

type Json = { [member: string]: unknown };

/** Organisers see their sales, postpone and move an event, and cancel it. No tokens are checked here. */
export function organisersSalesCases(suite: Suite): void {
  const base = '/api/v1/booking';
  const get = (path: string) => fetch(`${suite.target.booking}${base}${path}`);
  const json = async (path: string) => (await get(path)).json() as Promise<Json>;
  const post = (path: string, body: object = {}, key: string = randomUUID()) =>
    suite.api.post(`${base}${path}`, body, { 'Idempotency-Key': key });
  const codeOf = async (response: Response) => [response.status, ((await response.json()) as Json).error];

  let event: Event;
  let path: string;
  /** An event that no other case asks for: they take the first that has free seats. */
  beforeAll(async () => {
    const { events } = (await (await suite.api.list('?limit=50')).json()) as { events: { uuid: string }[] };
    event = await suite.api.readEvent(events.at(-1)!.uuid);
    path = `/events/${event.uuid}`;
  });

  async function buy(count: number, method: string = randomUUID()) {
    const { tickets } = await suite.api.readEvent(event.uuid);
    const free = tickets.filter(({ status }) => status === 'available').slice(0, count);
    const held = { user_uuid: randomUUID(), ticket_uuids: free.map(({ uuid }) => uuid) };
    const { uuid: reservation_uuid } = (await (await post('/reservations', held)).json()) as Json;
    const response = await post('/orders', { reservation_uuid, payment_method_uuid: method });
    return (await response.json()) as { uuid: string; status: string; total: number };
  }

  test('the sales, the orders and their files tell what was sold', async () => {
    const { total, uuid } = await buy(2);
    const sales = (await json(`${path}/sales?per=hour&last=2`)) as { tickets: Json; money: Json[]; series: Json[] };
    expect(sales.tickets).toMatchObject({ total: event.tickets.length, sold: 2, free: event.tickets.length - 2 });
    expect([sales.money[0], sales.series.length]).toMatchObject([{ revenue: total, refunded: 0, net: total }, 2]);
    expect(await json(`${path}/orders?status=paid`)).toMatchObject({ orders: [{ uuid }], next_cursor: null });
    expect(await json(`/orders/${uuid}/history`)).toMatchObject({ uuid, event_uuid: event.uuid, total });
    for (const [file, rows] of [
      ['orders.csv', 1],
      ['tickets.csv?bom=true', event.tickets.length],
    ] as const) {
      const response = await get(`${path}/${file}`);
      expect([file, response.headers.get('content-type')]).toEqual([file, 'text/csv; charset=utf-8; header=present']);
      expect((await response.text()).split('\r\n')).toHaveLength(rows + 2);
      const head = await fetch(`${suite.target.booking}${base}${path}/${file}`, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, null]);
    }
  });

  test('a postponed event keeps its orders, and is moved to its new date', async () => {
    const refund_until = '2098-01-01T00:00:00.000Z';
    const postponed = await post(`${path}/postpone`, { refund_until });
    expect([postponed.status, await postponed.json()]).toMatchObject([200, { status: 'postponed', refund_until }]);
    expect(await codeOf(await post(`${path}/postpone`))).toEqual([409, 'event_postponed']);
    const moved = await post(`${path}/reschedule`, { date: '2099-06-05T19:30:00+02:00' });
    expect([moved.status, await moved.json()]).toMatchObject([
      200,
      { status: 'rescheduled', date: '2099-06-05T17:30:00.000Z', previous_dates: [expect.any(String)], refund_until },
    ]);
    expect(await json(`${path}/orders`)).toMatchObject({ orders: [{ status: 'paid' }] });
  });

  test('a cancelled event gives the money back, also what is being paid', async () => {
    const pending = await buy(1, lostRequest);
    expect(pending.status).toBe('pending');
    const response = await post(`${path}/cancel`, { reason: 'Rain' });
    const { uuid } = (await response.json()) as { uuid: string };
    expect([response.status, response.headers.get('location')]).toEqual([202, `${base}/operations/${uuid}`]);
    await eventually(async () => {
      expect(await json(`/operations/${uuid}`)).toMatchObject({ status: 'succeeded', done: 2, total: 2 });
    }, soonMs);
    const { orders } = (await json(`${path}/orders`)) as { orders: Json[] };
    expect(orders.map(({ status }) => status)).toEqual(['failed', 'refunded']);
    const { money } = (await json(`${path}/sales`)) as { money: Json[] };
    expect(money).toMatchObject([{ net: 0, refunds_pending: 0 }]);
    for (const [what, body] of [
      ['cancel', {}],
      ['postpone', {}],
      ['reschedule', { date: '2099-06-05T19:30:00Z' }],
    ] as const) {
      expect(await codeOf(await post(`${path}/${what}`, body))).toEqual([409, 'event_cancelled']);
    }
  }, 60_000);

  test('what is asked wrongly, or of an event that is not there, is refused', async () => {
    const unknown = randomUUID();
    const key = randomUUID();
    for (const [what, right, wrong] of [
      ['cancel', {}, { reason: 1 }],
      ['postpone', {}, { refund_until: 'soon' }],
      ['reschedule', { date: '2099-06-05T19:30:00Z' }, { date: '2001-02-30T19:30:00Z' }],
    ] as const) {
      expect((await post(`${path}/${what}`, wrong)).status).toBe(400);
      expect(await codeOf(await post(`/events/${unknown}/${what}`, right))).toEqual([404, 'event_not_found']);
      // The key belongs to the first of these requests.
      const status = (await post(`${path}/${what}`, right, key)).status;
      expect(status).toBe(what === 'cancel' ? 409 : 422);
    }
    expect(await codeOf(await post(`${path}/cancel`, { reason: 'Snow' }, key))).toEqual([
      422,
      'idempotency_key_reused',
    ]);
    for (const [of, code] of [
      [`/events/${unknown}/sales`, 'event_not_found'],
      [`/events/${unknown}/orders`, 'event_not_found'],
      [`/events/${unknown}/orders.csv`, 'event_not_found'],
      [`/events/${unknown}/tickets.csv`, 'event_not_found'],
      [`/orders/${unknown}/history`, 'order_not_found'],
      [`/operations/${unknown}`, 'operation_not_found'],
    ] as const) {
      expect([of, ...(await codeOf(await get(of)))]).toEqual([of, 404, code]);
      expect((await get(of.replace(unknown, 'none'))).status).toBe(400);
    }
  });
}
