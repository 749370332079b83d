import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { anyone } from '../../../../shared/auth/actor.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import type { Fault } from '../../../../tests/fake-stripe/faults.ts';
import { type FakeStripe, startFakeStripe } from '../../../../tests/fake-stripe/start.ts';
import { clientOf, fetchOnce } from '../../../../tests/fake-stripe/testing.ts';
import { postgresPaymentMethods } from '../../adapters/postgres/payment-methods.ts';
import { stripeIntents } from '../../adapters/stripe/intents.ts';
import { stripePayments } from '../../adapters/stripe/stripe-payments.ts';
import { type Crash, Died, dying } from '../../dying.harness.ts';
import {
  confirmTicket,
  createOrder,
  outcomeOf,
  refundOrder,
  reserveTicket,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
} from '../../testing.ts';
import { handleWebhook } from '../payment/handle-webhook.ts';
import { sweepCaptures } from '../payment/sweep-captures.ts';
import { cancelEvent } from './cancel-event.ts';
import { refundCancelledEvents } from './refund-event.ts';

let fake: FakeStripe;
let sale: Sale;
const paymentsOf = (db: Sale['db'], stripe: Stripe, intents = stripeIntents(db)) =>
  stripePayments({ stripe, intents, methods: postgresPaymentMethods(db) });
beforeAll(async () => {
  fake = await startFakeStripe();
  sale = await startSale(undefined, (db) => paymentsOf(db, clientOf(fake.base)));
});
afterAll(async () => {
  await sale.drop();
  await fake.close();
});

const price = 1000;
const atOnce = { leaseMs: 60_000, againMs: 0, settleMs: 0 };
const author = { actor: anyone };
const cancel = (deps: SaleDeps, eventUuid: string, operationUuid: string) =>
  cancelEvent(deps, author, { eventUuid, operationUuid, reason: null });

async function buy(ticketUuids: string[], card = 'pm_card_visa', fault?: Fault) {
  const userUuid = randomUUID();
  const methodUuid = await postgresPaymentMethods(sale.db).add({ userUuid, reference: card });
  const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids });
  if (fault) fake.faults.push(fault);
  const order = await createOrder(sale.deps, { reservationUuid, methodUuid });
  fake.faults.splice(0);
  return { ...order, intentId: fake.intents().find(({ metadata }) => metadata.onsale_order === order.uuid)?.id };
}
const webhook = (deps: SaleDeps, key: string, isOpen: boolean) =>
  handleWebhook(deps, { id: randomUUID(), type: 'dispute', isRefundFailure: false, dispute: { key, isOpen } });

/** An event with an order in each state that a payment by Stripe may have, and a hold. */
async function rush() {
  const { uuid, tickets } = await makeEvent(sale.sql, { seats: 19, price });
  const free = [...tickets];
  const some = (count = 1) => free.splice(0, count);
  const captured = await buy(some());
  const inPart = await buy(some(2));
  const byHand = await buy(some());
  const halfByHand = await buy(some(2));
  const pendingRefund = await buy(some(), 'pm_card_pendingRefund');
  const [disputed, untold, won] = [await buy(some()), await buy(some()), await buy(some())];
  await sweepCaptures(sale.deps, { leaseMs: 0 });
  await refundOrder(sale.deps, { ...inPart, orderUuid: inPart.uuid, ticketUuids: [inPart.tickets[0]!.uuid] });
  fake.refundByHand(byHand.intentId!);
  fake.refundByHand(halfByHand.intentId!, price / 2);
  for (const { intentId } of [disputed, untold, won]) fake.openDispute(intentId!);
  await webhook(sale.deps, disputed.uuid, true);
  fake.closeDispute(won.intentId!, 'won');
  const authorised = await buy(some(2));
  const authorisedInPart = await buy(some(2));
  const ofIt = { orderUuid: authorisedInPart.uuid, userUuid: authorisedInPart.userUuid };
  await refundOrder(sale.deps, { ...ofIt, ticketUuids: [authorisedInPart.tickets[1]!.uuid] });
  const waiting = await buy(some(), 'pm_card_threeDSecure2Required');
  const lostAfter = await buy(some(), undefined, { on: 'confirm', how: 'lost-after', times: 9 });
  const lostBefore = await buy(some(), undefined, { on: 'create', how: 'lost-before', times: 9 });
  const [byOriginal] = some();
  const userUuid = randomUUID();
  await reserveTicket(sale.deps, byOriginal!, userUuid);
  const methodUuid = await postgresPaymentMethods(sale.db).add({ userUuid, reference: 'pm_card_visa' });
  await confirmTicket(sale.deps, { ticketUuid: byOriginal!, userUuid, methodUuid });
  await reserveTickets(sale.deps, { userUuid: randomUUID(), ticketUuids: some() });
  const orders = { captured, inPart, byHand, halfByHand, pendingRefund, disputed, untold, won };
  return { uuid, tickets, orders: { ...orders, authorised, authorisedInPart, waiting, lostAfter, lostBefore } };
}
type Rush = Awaited<ReturnType<typeof rush>>;

/** What is left of an event: orders, refunds and seats in the database; and what Stripe keeps of its payments. */
async function left({ uuid, orders }: Rush) {
  const [row] = await sale.sql`
    with its as (select o.id, o.uuid, o.status from orders o join events e on e.id = o.event_id where e.uuid = ${uuid})
    select (select array_agg(uuid) from its) as uuids,
      (select count(*) from its where status in ('pending', 'paid'))::int as live,
      (select count(*) from refunds where order_id in (select id from its) and status = 'pending')::int as pending,
      (select count(*) from refunds where order_id in (select id from its) and status = 'disputed')::int as disputed,
      (select count(*) from tickets t join events e on e.id = t.event_id
        where e.uuid = ${uuid} and (t.status = 'booked' or t.order_id is not null))::int as taken`;
  const { uuids, ...counts } = row as { uuids: string[] };
  const inDispute = [orders.disputed.uuid, orders.untold.uuid];
  const kept = fake
    .intents()
    .filter(({ metadata }) => uuids.includes(metadata.onsale_order!) && !inDispute.includes(metadata.onsale_order!))
    .map(
      ({ amount_capturable: held, latest_charge: charge }) =>
        held + (charge ? charge.amount_captured - charge.amount_refunded : 0),
    )
    .filter((sum) => sum !== 0);
  return { ...counts, kept };
}
const allBack = { live: 0, pending: 0, disputed: 2, taken: 0, kept: [] as number[] };

/** Works until nothing is left to do, or `leases` times at most. */
function work(deps: SaleDeps = sale.deps, leases = Number.POSITIVE_INFINITY): Promise<number> {
  let more = leases;
  const lease = async (ms: number) => (more-- > 0 ? deps.operations.lease(ms) : undefined);
  return refundCancelledEvents({ ...deps, operations: { ...deps.operations, lease } }, atOnce);
}
const found = async (uuid: string) => (await sale.deps.operations.find(uuid))!;

/** Another process goes on: first while the faults last, then without. Returns the operation. */
async function goOn(operationUuid: string) {
  await sale.sql`update operations set leased_until = now() where uuid = ${operationUuid}`;
  await work(sale.deps, 2);
  fake.faults.splice(0);
  // The turn of a dead process to call a payment off ends after half a minute.
  await sale.sql`update stripe_intents set closed_at = '-infinity' where closed_at is not null`;
  await sale.sql`update operations set leased_until = now() where uuid = ${operationUuid}`;
  await work(sale.deps, 3);
  await sale.sweep();
  await sale.sweep();
  return found(operationUuid);
}

/** Whatever happened before: another process ends the operation, and each buyer has the money back once. */
async function settles(event: Rush, operationUuid: string) {
  const { status, error, done, total } = await goOn(operationUuid);
  expect([status, error, done]).toEqual(['succeeded', null, total]);
  // Until Stripe has ended a call that took too long, it refuses to begin it again.
  await eventually(async () => {
    await sale.sweep();
    expect(await left(event)).toEqual(allBack);
  });
}

const lost = ['lost-before', 'lost-after', '429', '500-before'] as const;
const times = 4;
const faults: Fault[] = (['get', 'list', 'cancel', 'capture', 'refund'] as const).flatMap((on) => [
  ...lost.map((how) => ({ on, how, times })),
  { on, how: 'delay' as const, ms: 200, times },
]);
for (const on of ['cancel', 'capture', 'refund'] as const) faults.push({ on, how: '500-after', times });
faults.push({ on: 'refund', how: 'refused', code: 'balance_insufficient', times: 30 });
faults.push({ on: 'refund', how: 'refused', code: 'charge_already_refunded', times });

test.each(faults.map((fault) => [`${fault.on}, ${fault.code ?? fault.how}`, fault] as const))(
  'a cancelled event gives back once, whatever was done at Stripe before, under a fault: %s',
  async (_, fault) => {
    const event = await rush();
    const operationUuid = randomUUID();
    fake.faults.push({ ...fault });
    await cancel(sale.deps, event.uuid, operationUuid);
    // A delay is longer.
    await work({ ...sale.deps, payments: paymentsOf(sale.db, clientOf(fake.base, { timeout: 150 })) }, 2);
    await settles(event, operationUuid);
    await sale.audit();
  },
);

test('a cancelled event gives back once beside its buyers, disputes, refunds by hand, and another process', async () => {
  const event = await rush();
  const operationUuid = randomUUID();
  const { authorised, captured, inPart, won } = event.orders;
  fake.faults.push({ on: 'refund', how: '500-after', times: 2 }, { on: 'refund', how: 'lost-after', times: 2 });
  await cancel(sale.deps, event.uuid, operationUuid);
  const operation = (await sale.deps.operations.lease(0))!;
  const once = (): SaleDeps => {
    let leases = 3;
    const lease = async () => (leases-- > 0 ? operation : undefined);
    return { ...sale.deps, operations: { ...sale.deps.operations, lease } };
  };
  const byBuyer = ({ uuid: orderUuid, userUuid }: Rush['orders']['captured']) =>
    outcomeOf(refundOrder(sale.deps, { orderUuid, userUuid }));
  await Promise.all([
    ...[1, 2].map(() => refundCancelledEvents(once(), { ...atOnce, leaseMs: 0 })),
    ...[authorised, captured, inPart].map(byBuyer),
    outcomeOf(Promise.resolve().then(() => fake.refundByHand(won.intentId!, price / 4))),
    ...[1, 2].map(() => webhook(sale.deps, won.uuid, false)),
  ]);
  await settles(event, operationUuid);
  await sale.audit();
});

/** A process of which each call of Stripe, and of what it knows of Stripe, is a point where it may die as well. */
function mortal(crash?: Crash) {
  const { deps, calls, wrapped } = dying(sale.deps, crash);
  const { fetch } = wrapped('stripe', { fetch: fetchOnce });
  const stripe = clientOf(fake.base, { httpClient: Stripe.createFetchHttpClient(fetch as typeof globalThis.fetch) });
  const payments = paymentsOf(sale.db, stripe, wrapped('intents', stripeIntents(sale.db)));
  return { deps: { ...deps, payments }, calls };
}

async function die(crash?: Crash) {
  const event = await rush();
  const { deps, calls } = mortal(crash);
  const operationUuid = randomUUID();
  await cancel(deps, event.uuid, operationUuid)
    .then(() => work(deps))
    .catch((error) => {
      if (!(error instanceof Died)) throw error;
    });
  return { event, operationUuid, calls };
}

/** All of them take some minutes; which ones is by chance. */
const everyNth = 16;

test('a process may die at any point, and another goes on', async () => {
  const { calls, ...whole } = await die();
  await settles(whole.event, whole.operationUuid);
  expect(calls.length).toBeGreaterThan(100);
  for (let n = Math.floor(Math.random() * everyNth); n < calls.length * 2; n += everyNth) {
    const crash: Crash = { call: n >> 1, when: n % 2 === 0 ? 'before' : 'after' };
    const { event, operationUuid } = await die(crash);
    // The organiser repeats the request.
    await cancel(sale.deps, event.uuid, operationUuid);
    await settles(event, operationUuid).catch((error) => {
      throw new Error(`died ${crash.when} ${calls[crash.call]}`, { cause: error });
    });
  }
  await sale.audit();
}, 120_000);
