import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../../../shared/errors.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import type { Operation } from '../../../../tests/fake-stripe/faults.ts';
import { refusalCodes } from '../../../../tests/fake-stripe/refusals.ts';
import { type FakeStripe, startFakeStripe } from '../../../../tests/fake-stripe/start.ts';
import { clientOf } from '../../../../tests/fake-stripe/testing.ts';
import { postgresPaymentMethods } from '../../adapters/postgres/payment-methods.ts';
import { stripeIntents } from '../../adapters/stripe/intents.ts';
import { stripePayments } from '../../adapters/stripe/stripe-payments.ts';
import { Died, dying } from '../../dying.harness.ts';
import {
  createOrder,
  refundOrder,
  releaseReservation,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
  sweepAll,
} from '../../testing.ts';

// The rest of the crash matrix: every refusal that Stripe documents, at each step of a payment, in a process that goes
// on and in one that dies at the step.

let fake: FakeStripe;
let sale: Sale;
beforeAll(async () => {
  fake = await startFakeStripe();
  sale = await startSale(undefined, (db) =>
    stripePayments({
      ...{ stripe: clientOf(fake.base), intents: stripeIntents(db), methods: postgresPaymentMethods(db) },
      name: 'stripe:test',
    }),
  );
});
afterAll(async () => {
  await sale.drop();
  await fake.close();
});

type Buyer = { userUuid: string; tickets: string[]; card(reference: string): Promise<string> };
type Life = (deps: SaleDeps, buyer: Buyer, refuse: () => void) => Promise<void>;

/** A refusal is an outcome like any other. */
const ended = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error: unknown) => {
    // No refusal of the provider's is a bug of ours.
    if (error instanceof AppError && error.code !== 'internal') return undefined;
    throw error;
  });

async function buy(deps: SaleDeps, { userUuid, tickets, card }: Buyer, reference = 'pm_card_visa') {
  const { uuid: reservationUuid } = await reserveTickets(deps, { userUuid, ticketUuids: tickets });
  const order = await ended(createOrder(deps, { reservationUuid, methodUuid: await card(reference) }));
  return { reservationUuid, order };
}

/** Leads to each step, which is then refused once. */
const lives: [name: string, on: Operation, life: Life][] = [
  [
    'an order whose payment is made',
    'create',
    async (deps, buyer, refuse) => {
      refuse();
      await buy(deps, buyer);
    },
  ],
  [
    'an order whose payment is confirmed',
    'confirm',
    async (deps, buyer, refuse) => {
      refuse();
      await buy(deps, buyer);
    },
  ],
  [
    'an order whose money is taken',
    'capture',
    async (deps, buyer, refuse) => {
      await buy(deps, buyer);
      refuse();
      await sweepAll(deps);
    },
  ],
  [
    'an order that is given back in two parts',
    'refund',
    async (deps, buyer, refuse) => {
      const { order } = await buy(deps, buyer);
      await sweepAll(deps);
      const request = { orderUuid: order!.uuid, userUuid: buyer.userUuid };
      refuse();
      await ended(refundOrder(deps, { ...request, ticketUuids: buyer.tickets.slice(1) }));
      await ended(refundOrder(deps, request));
    },
  ],
  [
    'an order that is given back before its money is taken',
    'cancel',
    async (deps, buyer, refuse) => {
      const { order } = await buy(deps, buyer);
      refuse();
      await ended(refundOrder(deps, { orderUuid: order!.uuid, userUuid: buyer.userUuid }));
    },
  ],
  [
    'an order that its buyer calls off while their bank asks',
    'cancel',
    async (deps, buyer, refuse) => {
      const { reservationUuid } = await buy(deps, buyer, 'pm_card_threeDSecure2Required');
      refuse();
      await ended(releaseReservation(deps, reservationUuid));
    },
  ],
];

/** Plays a life, whose process may die after the call of a port; then another process sweeps. */
async function play(life: Life, on: Operation, code: string, dieAfter?: number): Promise<string[]> {
  fake.faults.splice(0);
  const userUuid = randomUUID();
  const { tickets } = await makeEvent(sale.sql, { seats: 2 });
  const buyer: Buyer = {
    ...{ userUuid, tickets },
    card: (reference) => postgresPaymentMethods(sale.db).add({ userUuid, reference }),
  };
  const { deps, calls } = dying(sale.deps, dieAfter === undefined ? undefined : { call: dieAfter, when: 'after' });
  let from = 0;
  const refuse = () => {
    from = calls.length;
    fake.faults.push({ on, how: 'refused', code });
  };
  await life(deps, buyer, refuse).catch((error) => {
    if (!(error instanceof Died)) throw error;
  });
  await sale.sql`truncate ticket_locks`;
  await sale.sweep();
  fake.faults.splice(0);
  await sale.sweep();
  return calls.map((call, i) => (i < from ? '' : call));
}

const unfinished = () => sale.sql`
  select o.uuid, o.status, p.status as payment from orders o join payments p on p.order_id = o.id
  left join refunds r on r.order_id = o.id
  where o.status = 'pending' or p.status in ('pending', 'requires_action', 'authorised') or r.status = 'pending'`;

/** An authorisation that can't be captured any more: the tickets are sold, and an organiser must see to it. */
const gone = ['charge_expired_for_capture', 'capture_charge_authorization_expired'];
/** The refund waits for the end of a dispute, which a webhook reports. */
const disputed = ['charge_disputed', 'refund_disputed_payment'];

/** Does the steps that are left to people and webhooks: only for these codes. */
async function seeToIt(on: Operation, code: string): Promise<void> {
  const orders = await sale.sql<{ uuid: string; userUuid: string; isLost: boolean }[]>`
    select o.uuid, o.user_uuid as "userUuid", o.status = 'paid' and p.status = 'voided' as "isLost"
    from orders o join payments p on p.order_id = o.id
    where o.status = 'paid' and p.status = 'voided'
      or o.id in (select order_id from refunds where status = 'disputed')`;
  const isLeft = (on === 'capture' && gone.includes(code)) || (on === 'refund' && disputed.includes(code));
  expect([code, orders.length > 0]).toEqual([code, isLeft]);
  for (const { uuid: orderUuid, userUuid, isLost } of orders) {
    if (isLost) await refundOrder(sale.deps, { orderUuid, userUuid });
    else await sale.deps.unfinishedPayments.recordDispute(orderUuid, false);
  }
  await sale.sweep();
}

let ends = 0;
for (const [name, on, life] of lives) {
  test(`${name}, refused in every way at its ${on}`, async () => {
    for (const code of refusalCodes[on]) {
      const calls = await play(life, on, code);
      const point = calls.findIndex((call) => call.startsWith('payments.'));
      await play(life, on, code, point);
      expect({ code, unfinished: [...(await unfinished())] }).toEqual({ code, unfinished: [] });
      await seeToIt(on, code);
      ends += 2;
    }
    await sale.audit();
  }, 120_000);
}
afterAll(() => console.log(`refusals: ${ends} ends`));
