import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { sleep } from '../../../../shared/async/clock.ts';
import { anyone } from '../../../../shared/auth/actor.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { type MadeEvent, makeEvent } from '../../../../shared/testing/factories.ts';
import { sandboxMethods } from '../../adapters/sandbox/sandbox-payments.ts';
import { createOrder, outcomeOf, reserveTickets, type Sale, type SaleDeps, startSale } from '../../testing.ts';
import { organiserOf } from '../sale-rules/rules.harness.ts';
import { cancelEvent } from './cancel-event.ts';
import { postponeEvent } from './postpone-event.ts';
import { refundCancelledEvents } from './refund-event.ts';
import { rescheduleEvent } from './reschedule-event.ts';

const buyers = 50;
const methods = [randomUUID(), randomUUID(), randomUUID(), ...Object.values(sandboxMethods)];
const author = { actor: anyone };
const at = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

let sale: Sale;
let organiser: ReturnType<typeof organiserOf>;
beforeAll(async () => {
  sale = await startSale();
  organiser = organiserOf(sale);
});
afterAll(() => sale.drop());

/** Deliberately broken: a claim doesn't look at the event's status. */
function sellsWhatever(): SaleDeps {
  const { deps, sql } = sale;
  const claim: SaleDeps['orders']['claim'] = async (request) => {
    const [event] = await sql`select status from events where uuid = ${request.eventUuid}`;
    await sql`update events set status = 'published' where uuid = ${request.eventUuid}`;
    const claimed = await deps.orders.claim(request);
    await sql`update events set status = ${event!.status} where uuid = ${request.eventUuid}`;
    return claimed;
  };
  return { ...deps, orders: { ...deps.orders, claim } };
}

/** Deliberately broken: a reservation doesn't look at hold-backs, nor a claim. */
function sellsHeldBack(): SaleDeps {
  const { deps, sql } = sale;
  const create: SaleDeps['reservations']['create'] = async (request) => {
    const uuids = request.locks.map(({ ticketUuid }) => ticketUuid);
    await sql`update tickets set hold_back_id = null where uuid = any(${uuids})`;
    return deps.reservations.create(request);
  };
  return { ...deps, reservations: { ...deps.reservations, create } };
}

/** Each buyer holds a seat, thinks, and pays, in any way; meanwhile the organiser is at work. */
async function rush(deps: SaleDeps, { tickets }: MadeEvent, work: () => Promise<void>): Promise<void> {
  const rushing = tickets.map(async (ticket, i) => {
    await sleep((i % 10) * 6);
    for (let tries = 0; tries < 3; tries++) {
      const request = { userUuid: randomUUID(), ticketUuids: [ticket] };
      const held = (await outcomeOf(reserveTickets(deps, request))) as { uuid?: string };
      if (!held.uuid) await sleep(20);
      else {
        await sleep(i % 30);
        const paying = createOrder(deps, { reservationUuid: held.uuid, methodUuid: methods[i % methods.length]! });
        await paying.catch(() => {});
      }
    }
  });
  await sleep(20);
  await work();
  await Promise.all(rushing);
}

/** The organiser acts when some have bought, and others are about to. */
const someHaveBought = ({ id }: MadeEvent) =>
  eventually(async () =>
    expect((await sale.sql`select from orders where event_id = ${id} limit 4`).length).toBeGreaterThan(3),
  );

/** Returns whether one of some rushes has findings: who is faster is by chance. */
async function isCaught(findings: () => Promise<number>): Promise<boolean> {
  for (let rushes = 0; rushes < 8; rushes++) if ((await findings()) > 0) return true;
  return false;
}

const instant = async () =>
  (await sale.sql<{ at: number }[]>`select extract(epoch from clock_timestamp())::float8 as at`)[0]!.at;

/** Orders and reservations of an event that were made after a moment, and before another, by the database's clock. */
const madeBetween = async (table: 'orders' | 'reservations', { id }: MadeEvent, from: number, until: number) =>
  sale.sql`
    select uuid from ${sale.sql(table)}
    where event_id = ${id} and created_at > to_timestamp(${from}) and created_at < to_timestamp(${until})`;

describe('an event that is cancelled while fifty buyers hold and pay', () => {
  async function findings(deps: SaleDeps) {
    const event = await makeEvent(sale.sql, { seats: buyers });
    let told = 0;
    await rush(deps, event, async () => {
      await someHaveBought(event);
      await cancelEvent(sale.deps, author, { eventUuid: event.uuid, operationUuid: randomUUID(), reason: null });
      told = await instant();
    });
    const late = await madeBetween('orders', event, told, Number.MAX_SAFE_INTEGER / 1e6);
    await refundCancelledEvents(sale.deps, { leaseMs: 60_000, againMs: 60_000, settleMs: 0 });
    await sale.sweep();
    const [row] = await sale.sql`
      with its as (select id, uuid, status from orders where event_id = ${event.id})
      select (select count(*) from its where status in ('pending', 'paid'))::int as live,
        (select count(*) from its where status = 'refunded')::int as "givenBack",
        (select count(*) from refunds where order_id in (select id from its))::int as refunds,
        (select coalesce(sum(c.amount), 0) from sandbox_charges c join its on its.uuid = c.key
          where c.status = 'succeeded')::int - (select coalesce(sum(r.amount), 0)
          from sandbox_refunds r join its on its.uuid = r.charge_key)::int as kept`;
    return { late: late.length, ...row } as {
      late: number;
      live: number;
      givenBack: number;
      refunds: number;
      kept: number;
    };
  }

  test('sells nothing afterwards, and gives all money back once', async () => {
    const { late, live, givenBack, refunds, kept } = await findings(sale.deps);
    expect({ late, live, kept }).toEqual({ late: 0, live: 0, kept: 0 });
    expect(givenBack).toBeGreaterThan(0);
    expect(refunds).toBe(givenBack);
    await sale.audit();
  });

  test('and that rush catches a claim that does not look at the status', async () => {
    expect(await isCaught(async () => (await findings(sellsWhatever())).late)).toBe(true);
  });
});

describe('an event that is postponed and moved while fifty buyers hold and pay', () => {
  async function findings(deps: SaleDeps) {
    const event = await makeEvent(sale.sql, { seats: buyers + 10 });
    let [from, until] = [0, 0];
    const underWay: string[] = [];
    await rush(deps, { ...event, tickets: event.tickets.slice(0, buyers) }, async () => {
      await someHaveBought(event);
      await postponeEvent(sale.deps, author, { eventUuid: event.uuid });
      from = await instant();
      const rows =
        await sale.sql`select uuid from orders where event_id = ${event.id} and status in ('pending', 'paid')`;
      underWay.push(...rows.map(({ uuid }) => String(uuid)));
      await sleep(60);
      until = await instant();
      await rescheduleEvent(sale.deps, author, { eventUuid: event.uuid, date: at(60), refundUntil: at(1) });
    });
    await rush(deps, { ...event, tickets: event.tickets.slice(buyers) }, async () => {});
    const during = await madeBetween('orders', event, from, until);
    const held = await madeBetween('reservations', event, from, until);
    const after = await madeBetween('orders', event, until, Number.MAX_SAFE_INTEGER / 1e6);
    await sale.sweep();
    // A buyer who was paying when it was postponed has the tickets, unless the payment itself came to nothing.
    const lost = await sale.sql`
      select o.uuid from orders o join payments p on p.order_id = o.id where o.uuid = any(${underWay})
        and (o.status not in ('paid', 'failed') or (o.status = 'failed' and p.status not in ('declined', 'voided')))`;
    const [{ paid }] = (await sale.sql`
      select count(*)::int as paid from orders where uuid = any(${underWay}) and status = 'paid'`) as [
      { paid: number },
    ];
    return { during: during.length + held.length, lost: lost.length, after: after.length, paid };
  }

  test('sells nothing meanwhile, keeps what is sold or being paid, and sells again', async () => {
    const { during, lost, after, paid } = await findings(sale.deps);
    expect({ during, lost }).toEqual({ during: 0, lost: 0 });
    expect(paid).toBeGreaterThan(0);
    expect(after).toBeGreaterThan(0);
    await sale.audit();
  });

  test('and that rush catches a claim that does not look at the status', async () => {
    expect(await isCaught(async () => (await findings(sellsWhatever())).during)).toBe(true);
  });
});

describe('a row that is released while fifty buyers hold and pay', () => {
  async function findings(deps: SaleDeps) {
    const event = await makeEvent(sale.sql, { seats: buyers });
    await organiser.holdBack(
      event.id,
      Array.from({ length: buyers }, (_, n) => `A${n + 1}`),
    );
    let asked = 0;
    await rush(deps, event, async () => {
      asked = await instant();
      await organiser.release(event.id);
    });
    const early = await madeBetween('reservations', event, 0, asked);
    await sale.sweep();
    const [row] = await sale.sql`
      select count(*)::int as sold, count(distinct ot.ticket_id)::int as seats
      from orders o join order_tickets ot on ot.order_id = o.id where o.event_id = ${event.id} and o.status = 'paid'`;
    return { early: early.length, ...row } as { early: number; sold: number; seats: number };
  }

  test('is sold to one buyer a seat, and to none before', async () => {
    const { early, sold, seats } = await findings(sale.deps);
    expect(early).toBe(0);
    expect(sold).toBeGreaterThan(0);
    expect(seats).toBe(sold);
    await sale.audit();
  });

  test('and that rush catches reservations that overlook what is held back', async () => {
    expect(await isCaught(async () => (await findings(sellsHeldBack())).early)).toBe(true);
  });
});
