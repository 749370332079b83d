import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type Actor, anyone } from '../../../../shared/auth/actor.ts';
import { openDb } from '../../../../shared/db/client.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import {
  createOrder,
  outcomeOf,
  refundOrder,
  reserveTickets,
  type Sale,
  type SaleDeps,
  saleOn,
  startSale,
} from '../../testing.ts';
import { cancelEvent } from './cancel-event.ts';
import type { EventStatus } from './event.ts';
import { postponeEvent } from './postpone-event.ts';
import { refundCancelledEvents } from './refund-event.ts';
import { type Rescheduling, rescheduleEvent } from './reschedule-event.ts';

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const startedMs = Math.floor(Date.now() / 1000) * 1000;
const at = (ms: number) => new Date(startedMs + ms).toISOString();
const by = (actor: Actor) => ({ actor, address: '192.0.2.1' });
const author = by(anyone);

const verbs = {
  cancel: (eventUuid: string) =>
    cancelEvent(sale.deps, author, { eventUuid, operationUuid: randomUUID(), reason: null }),
  postpone: (eventUuid: string) => postponeEvent(sale.deps, author, { eventUuid }),
  reschedule: (eventUuid: string) => rescheduleEvent(sale.deps, author, { eventUuid, date: at(60 * dayMs) }),
};

const rowOf = async (uuid: string) => (await sale.sql`select * from events where uuid = ${uuid}`)[0]!;

async function eventThatIs(status: EventStatus, date = at(30 * dayMs)) {
  const event = await makeEvent(sale.sql, { seats: 2, date: new Date(date) });
  await sale.sql`update events set status = ${status} where uuid = ${event.uuid}`;
  return event;
}

describe('the status of an event allows', () => {
  const refused = (code: string, status: string) => ({ code, event_status: status });
  const draft = refused('event_not_published', 'draft');
  const cancelled = refused('event_cancelled', 'cancelled');
  test.each([
    ['draft', draft, draft, draft],
    ['published', 'cancelled', 'postponed', 'rescheduled'],
    ['postponed', 'cancelled', refused('event_postponed', 'postponed'), 'rescheduled'],
    ['rescheduled', 'cancelled', 'postponed', 'rescheduled'],
    ['cancelled', cancelled, cancelled, cancelled],
  ] as const)('from %s: cancel %j, postpone %j, reschedule %j', async (status, ...ends) => {
    for (const [i, verb] of (['cancel', 'postpone', 'reschedule'] as const).entries()) {
      const { uuid } = await eventThatIs(status);
      const outcome = await outcomeOf(verbs[verb](uuid));
      const end = ends[i]!;
      const row = await rowOf(uuid);
      if (typeof end !== 'string') expect(outcome).toEqual(end);
      expect([row.status, row.sequence]).toEqual(typeof end === 'string' ? [end, 1] : [status, 0]);
    }
  });
});

describe('a rescheduled event', () => {
  const [date, later] = [at(30 * dayMs), at(90 * dayMs + hourMs)];
  const reschedule = async (wanted: Partial<Rescheduling> = {}) => {
    const { uuid } = await eventThatIs('published', date);
    await sale.sql`
      update events set doors_at = ${at(30 * dayMs - hourMs)}, ends_at = ${at(30 * dayMs + 2 * hourMs)},
        on_sale_until = ${at(29 * dayMs)} where uuid = ${uuid}`;
    return {
      uuid,
      outcome: await outcomeOf(rescheduleEvent(sale.deps, author, { eventUuid: uuid, date: later, ...wanted })),
    };
  };

  test('remembers its former dates, and keeps doors, end and sale as far from its date as they were', async () => {
    const { uuid, outcome } = await reschedule();
    expect(outcome).toEqual({
      ...{ uuid, status: 'rescheduled', date: later, sequence: 1, refundUntil: null, previousDates: [date] },
      ...{ doorsAt: at(90 * dayMs), endsAt: at(90 * dayMs + 3 * hourMs), onSaleUntil: at(89 * dayMs + hourMs) },
      onSaleFrom: null,
    });
    const third = at(120 * dayMs);
    expect(await rescheduleEvent(sale.deps, author, { eventUuid: uuid, date: third, doorsAt: null })).toMatchObject({
      ...{ date: third, doorsAt: null, previousDates: [date, later], sequence: 2 },
    });
  });

  test.each([
    ['a date that is past', { date: at(-dayMs) }, 'date', 'must be in the future'],
    ['doors after the date', { doorsAt: at(91 * dayMs) }, 'doors_at', 'must not be after the date'],
    ['an end before the date', { endsAt: at(90 * dayMs) }, 'ends_at', 'must be after the date'],
    ['an end of refunds after the date', { refundUntil: at(91 * dayMs) }, 'refund_until', 'must not be after the date'],
    ['an end of refunds that is past', { refundUntil: at(-1000) }, 'refund_until', 'must be in the future'],
    [
      'a date whose end nobody can write',
      { date: '9999-12-31T23:00:00.000Z' },
      'date',
      'doors, end and end of the sale, which move with it, must stay in the years 1 to 9999',
    ],
  ])('is refused with %s, and stays as it is', async (_, wanted, path, message) => {
    const { uuid, outcome } = await reschedule(wanted);
    expect(outcome).toEqual({ code: 'invalid_request', issues: [{ path, message }] });
    expect(await rowOf(uuid)).toMatchObject({ status: 'published', sequence: 0 });
  });

  test('that keeps its date has no former one, and may change its doors', async () => {
    const { outcome } = await reschedule({ date, doorsAt: null });
    expect(outcome).toMatchObject({ status: 'rescheduled', date, doorsAt: null, previousDates: [] });
  });

  test('may begin its sale: an earlier date is refused by which that would end first', async () => {
    const { uuid } = await reschedule();
    await sale.sql`update events set on_sale_from = ${at(50 * dayMs)} where uuid = ${uuid}`;
    const message = 'its sale would end before on_sale_from: change that first';
    // Its sale ends a day and an hour before it.
    for (const [days, outcome] of [
      [51, { code: 'invalid_request', issues: [{ path: 'date', message }] }],
      [52, { date: at(52 * dayMs), onSaleFrom: at(50 * dayMs) }],
    ] as const) {
      const date = at(days * dayMs);
      expect(await outcomeOf(rescheduleEvent(sale.deps, author, { eventUuid: uuid, date }))).toMatchObject(outcome);
    }
  });

  test('keeps the end of refunds of its postponement, until its new date at most', async () => {
    for (const days of [20, 90]) {
      const { uuid } = await eventThatIs('published');
      await postponeEvent(sale.deps, author, { eventUuid: uuid, refundUntil: at(days * dayMs) });
      const moved = await rescheduleEvent(sale.deps, author, { eventUuid: uuid, date: at(60 * dayMs) });
      expect(moved.refundUntil).toBe(at(Math.min(days, 60) * dayMs));
    }
  });

  test('was not over before, unless it was postponed', async () => {
    for (const [status, date, end] of [
      ['published', at(-23 * hourMs), 'rescheduled'],
      ['published', at(-25 * hourMs), 'published'],
      ['postponed', at(-25 * hourMs), 'rescheduled'],
    ] as const) {
      const { uuid } = await eventThatIs(status, date);
      const outcome = await outcomeOf(verbs.reschedule(uuid));
      expect([outcome, (await rowOf(uuid)).status]).toEqual([
        end === 'published' ? { code: 'event_over' } : expect.objectContaining({ status: end }),
        end,
      ]);
    }
  });
});

describe('a buyer', () => {
  async function bought(status: EventStatus, refundUntil: string | null) {
    const userUuid = randomUUID();
    const event = await makeEvent(sale.sql, { seats: 2 });
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: event.tickets });
    const order = await createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() });
    // Both usual times to give back are over.
    await sale.sql`update orders set created_at = now() - interval '3 days' where uuid = ${order.uuid}`;
    await sale.sql`
      update events set status = ${status}, date = now() - interval '1 hour', refund_until = ${refundUntil}
      where uuid = ${event.uuid}`;
    const giveBack = (ticketUuids?: string[]) =>
      outcomeOf(refundOrder(sale.deps, { orderUuid: order.uuid, userUuid, ticketUuids }));
    return { event, giveBack };
  }

  test('may give back until refund_until, whatever the usual window is', async () => {
    for (const status of ['postponed', 'rescheduled'] as const) {
      const { event, giveBack } = await bought(status, at(hourMs));
      expect(await giveBack([event.tickets[0]!])).toMatchObject({ status: 'succeeded' });
      await sale.sql`update events set refund_until = now() where uuid = ${event.uuid}`;
      expect(await giveBack()).toEqual({ code: 'order_not_refundable' });
    }
    expect(await (await bought('postponed', null)).giveBack()).toEqual({ code: 'order_not_refundable' });
    await sale.audit();
  });

  test('may give back a cancelled event, beside the operation that does', async () => {
    const { event, giveBack } = await bought('rescheduled', null);
    await verbs.cancel(event.uuid);
    const times = { leaseMs: 0, againMs: 0, settleMs: 0 };
    const [outcome] = await Promise.all([giveBack(), refundCancelledEvents(sale.deps, times)]);
    expect([{ code: 'order_not_refundable' }, expect.objectContaining({ status: 'succeeded' })]).toContainEqual(
      outcome,
    );
    await sale.sweep();
    await sale.audit();
  });
});

test('of two processes that cancel an event at once, the second finds it cancelled', async () => {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 1 });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: tickets });
  await createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() });
  const other = openDb(sale.config);
  const cancelBy = (deps: SaleDeps) =>
    outcomeOf(cancelEvent(deps, author, { eventUuid: uuid, operationUuid: randomUUID(), reason: null }));
  const both = Promise.withResolvers<Promise<unknown>[]>();
  await sale.sql.begin(async (tx) => {
    await tx`select from events where uuid = ${uuid} for update`;
    both.resolve([cancelBy(sale.deps), cancelBy(saleOn(other).deps)]);
    await eventually(async () => {
      const [row] = await sale.sql`
        select count(*)::int as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      expect(row!.waiting).toBe(2);
    });
  });
  const outcomes = await Promise.all(await both.promise);
  expect(outcomes.filter((one) => 'code' in (one as object))).toEqual([
    { code: 'event_cancelled', event_status: 'cancelled' },
  ]);
  expect(await rowOf(uuid)).toMatchObject({ status: 'cancelled', sequence: 1 });
  await refundCancelledEvents(sale.deps, { leaseMs: 0, againMs: 0, settleMs: 0 });
  await other.close();
});

test('each change is in the audit log, with what was and what is', async () => {
  const { uuid } = await eventThatIs('published', at(30 * dayMs));
  const refundUntil = at(dayMs);
  await postponeEvent(sale.deps, author, { eventUuid: uuid, refundUntil });
  await cancelEvent(sale.deps, author, { eventUuid: uuid, operationUuid: randomUUID(), reason: 'Rain' });
  expect([
    ...(await sale.sql`
      select actor, address, action, before, after from audit_log where thing = 'event' and thing_uuid = ${uuid} order by id`),
  ]).toEqual([
    {
      ...{ actor: 'anyone', address: '192.0.2.1', action: 'event.postponed' },
      before: { status: 'published', refund_until: null },
      after: { status: 'postponed', refund_until: refundUntil },
    },
    {
      ...{ actor: 'anyone', address: '192.0.2.1', action: 'event.cancelled' },
      before: { status: 'postponed' },
      after: { status: 'cancelled', reason: 'Rain' },
    },
  ]);
  await refundCancelledEvents(sale.deps, { leaseMs: 0, againMs: 0, settleMs: 0 });
});
