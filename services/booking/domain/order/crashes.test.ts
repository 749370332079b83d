import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Db } from '../../../../shared/db/client.ts';
import { AppError } from '../../../../shared/errors.ts';
import { makeEvent } from '../../../../shared/testing/factories.ts';
import type { Fault } from '../../../../tests/fake-stripe/faults.ts';
import { startFakeStripe } from '../../../../tests/fake-stripe/start.ts';
import { clientOf } from '../../../../tests/fake-stripe/testing.ts';
import { postgresPaymentMethods } from '../../adapters/postgres/payment-methods.ts';
import { sandboxMethods, sandboxPayments } from '../../adapters/sandbox/sandbox-payments.ts';
import { stripeIntents } from '../../adapters/stripe/intents.ts';
import { stripePayments } from '../../adapters/stripe/stripe-payments.ts';
import { type Crash, Died, dying } from '../../dying.harness.ts';
import {
  confirmTicket,
  createOrder,
  refundOrder,
  releaseReservation,
  reserveTicket,
  reserveTickets,
  type Sale,
  type SaleDeps,
  startSale,
  sweepAll,
} from '../../testing.ts';
import { handleWebhook } from '../payment/handle-webhook.ts';
import type { PaymentProvider } from '../payment/payment-provider.ts';
import type { WebhookEvent } from '../payment/webhook-events.ts';

/** A payment provider under test: its possible responses, each with its trigger; and its buyers' banks. */
type Provider = {
  payments: (db: Db) => PaymentProvider;
  answers: Record<string, (sale: Sale, userUuid: string) => Promise<string>>;
  approve(sale: Sale, key: string): Promise<WebhookEvent['payment']>;
  close(): Promise<void>;
};

function sandbox(): Provider {
  const answers = { ok: randomUUID(), ...sandboxMethods };
  return {
    payments: sandboxPayments,
    answers: Object.fromEntries(Object.entries(answers).map(([name, uuid]) => [name, async () => uuid])),
    async approve({ db }, key) {
      await sandboxPayments(db).answer(key, true);
      return { key, reference: key };
    },
    close: async () => {},
  };
}

async function stripe(): Promise<Provider> {
  const fake = await startFakeStripe();
  const by = (reference: string, fault?: Omit<Fault, 'times'>) => async (sale: Sale, userUuid: string) => {
    fake.faults.splice(0);
    if (fault) fake.faults.push(fault);
    return postgresPaymentMethods(sale.db).add({ userUuid, reference });
  };
  const visa = 'pm_card_visa';
  return {
    payments: (db) =>
      stripePayments({ stripe: clientOf(fake.base), intents: stripeIntents(db), methods: postgresPaymentMethods(db) }),
    answers: {
      ok: by(visa),
      declined: by('pm_card_chargeDeclined'),
      'unknown payment method': async () => randomUUID(),
      'lost before the intent': by(visa, { on: 'create', how: 'lost-before' }),
      'lost after the intent': by(visa, { on: 'create', how: 'lost-after' }),
      'lost before the authorisation': by(visa, { on: 'confirm', how: 'lost-before' }),
      'lost after the authorisation': by(visa, { on: 'confirm', how: 'lost-after' }),
      '500 before the authorisation': by(visa, { on: 'confirm', how: '500-before' }),
      '500 after the authorisation': by(visa, { on: 'confirm', how: '500-after' }),
      'lost after the capture': by(visa, { on: 'capture', how: 'lost-after' }),
      '500 after the refund': by(visa, { on: 'refund', how: '500-after' }),
      '3-D Secure, told twice': by('pm_card_threeDSecure2Required'),
    },
    async approve(_sale, key) {
      const { id } = fake.intents().find(({ metadata }) => metadata.onsale_order === key)!;
      fake.approve(id);
      return { key, reference: id };
    },
    close: fake.close,
  };
}

type World = { sale: Sale; provider: Provider };
type Life = (world: World, deps: SaleDeps, buyer: { userUuid: string; methodUuid: string }) => Promise<void>;

/** The life of a purchase: the steps of the buyer, then the sweeper's; the process may die at each. */
const lives: Record<string, Life> = {
  'one seat by the original endpoints': async (world, deps, { userUuid, methodUuid }) => {
    const { tickets } = await makeEvent(world.sale.sql, { seats: 1 });
    const ticketUuid = tickets[0]!;
    await reserveTicket(deps, ticketUuid, userUuid);
    await settled(() => confirmTicket(deps, { ticketUuid, userUuid, methodUuid }));
    await approved(world, deps, userUuid);
    await sweepAll(deps);
  },
  'three seats by a reservation, an order and two refunds': async (world, deps, { userUuid, methodUuid }) => {
    const { tickets } = await makeEvent(world.sale.sql, { seats: 3 });
    const reservation = await reserveTickets(deps, { userUuid, ticketUuids: tickets });
    const order = await settled(() => createOrder(deps, { reservationUuid: reservation.uuid, methodUuid }));
    await approved(world, deps, userUuid);
    await sweepAll(deps);
    if (!order) return;
    const orderUuid = order.uuid;
    await settled(() => refundOrder(deps, { orderUuid, userUuid, ticketUuids: [tickets[0]!] }));
    await settled(() => refundOrder(deps, { orderUuid, userUuid }));
    await sweepAll(deps);
  },
};

lives['two seats that are given back beside their order, and a late approval'] = async (world, deps, buyer) => {
  const { userUuid, methodUuid } = buyer;
  const { tickets } = await makeEvent(world.sale.sql, { seats: 2 });
  const { uuid: reservationUuid } = await reserveTickets(deps, { userUuid, ticketUuids: tickets });
  await settled(() => createOrder(deps, { reservationUuid, methodUuid }));
  await settled(() => releaseReservation(deps, reservationUuid));
  await approved(world, deps, userUuid);
  await sweepAll(deps);
};

/** The buyer approves a payment that waits for it, and the provider sends the webhook twice. */
async function approved({ sale, provider }: World, deps: SaleDeps, userUuid: string): Promise<void> {
  const [waiting] = await sale.sql<{ uuid: string }[]>`
    select o.uuid from orders o join payments p on p.order_id = o.id
    where o.user_uuid = ${userUuid} and p.status = 'requires_action'`;
  if (!waiting) return;
  const payment = await provider.approve(sale, waiting.uuid);
  const event = { id: randomUUID(), type: 'payment_intent.amount_capturable_updated', isRefundFailure: false };
  for (let times = 0; times < 2; times++) await handleWebhook(deps, { ...event, ...(payment && { payment }) });
}

/** A refusal is an outcome like any other. */
async function settled<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

async function live(world: World, life: string, answer: string, crash?: Crash): Promise<string[]> {
  const { sale, provider } = world;
  const userUuid = randomUUID();
  const methodUuid = await provider.answers[answer]!(sale, userUuid);
  const { deps, calls } = dying(sale.deps, crash);
  await lives[life]!(world, deps, { userUuid, methodUuid }).catch((error) => {
    if (!(error instanceof Died)) throw error;
  });
  return calls;
}

const unfinished = async ({ sale }: World) =>
  (
    await sale.sql`select
      (select count(*) from orders where status = 'pending')::int as orders,
      (select count(*) from payments where status = 'authorised')::int as uncaptured,
      (select count(*) from refunds where status = 'pending')::int as refunds`
  )[0];

const providers = { sandbox: sandbox(), Stripe: await stripe() };
let ends = 0;

describe.each(Object.entries(providers))('with payments by %s', (name, provider) => {
  let world: World;
  beforeAll(async () => {
    world = { provider, sale: await startSale(undefined, provider.payments) };
  });
  afterAll(async () => {
    await provider.close();
    await world.sale.drop();
  });

  describe.each(Object.keys(lives))('the process dies at any point of %s', (life) => {
    test.each(Object.keys(provider.answers))(
      'answer: %s',
      async (answer) => {
        const { sale } = world;
        const calls = await live(world, life, answer);
        await sale.sweep();
        await sale.audit();
        for (const [call, point] of calls.entries()) {
          for (const when of ['before', 'after'] as const) {
            await live(world, life, answer, { call, when });
            // Another process: the locks expire, and unfinished orders are settled. A lost request may be lost again.
            await sale.sql`truncate ticket_locks`;
            await sale.sweep();
            await sale.sweep();
            const left = await unfinished(world);
            expect([point, when, left]).toEqual([point, when, { orders: 0, uncaptured: 0, refunds: 0 }]);
            ends++;
          }
        }
        await sale.audit();
        console.log(`${name}, ${life}, ${answer}: ${calls.length} points, ${calls.length * 2} ends, the books right`);
      },
      60_000,
    );
  });
});

afterAll(() => console.log(`crash matrix: ${ends} ends of the process`));

test('a sale that does not settle orders after a crash is caught', async () => {
  const world = { provider: providers.sandbox, sale: await startSale() };
  let caught = 0;
  const calls = await live(world, 'one seat by the original endpoints', 'ok');
  for (const [call] of calls.entries()) {
    await live(world, 'one seat by the original endpoints', 'ok', { call, when: 'after' });
    if ((await unfinished(world))!.orders > 0) caught++;
    await world.sale.sweep();
  }
  expect(caught).toBeGreaterThan(0);
  await world.sale.drop();
});
