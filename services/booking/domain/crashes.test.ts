import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { makeEvent } from '../../../shared/testing/factories.ts';
import { sandboxMethods } from '../adapters/sandbox-payments.ts';
import { type Sale, type SaleDeps, startSale, sweepAll } from '../testing.ts';
import { confirmTicket } from './confirm-ticket.ts';
import { createOrder } from './create-order.ts';
import { refundOrder } from './refund-order.ts';
import { reserveTicket } from './reserve-ticket.ts';
import { reserveTickets } from './reserve-tickets.ts';

// Every call of a port is a point at which the process may die: just before it, or just after it was done. What was begun
// then stays as it is, until another process sweeps.

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

const ports = ['locks', 'sales', 'reservations', 'orders', 'refunds', 'payments'] as const;

class Died extends Error {}

type Crash = { call: number; when: 'before' | 'after' };

/** The ports of a process that dies at a call of one of them; from then on it does nothing more, tidying up included. */
function dying(deps: SaleDeps, crash: Crash | undefined): { deps: SaleDeps; calls: string[] } {
  const calls: string[] = [];
  let dead = false;
  const wrapped = <T extends object>(name: string, port: T): T =>
    new Proxy(port, {
      get(target, key) {
        const method = target[key as keyof T];
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          if (dead) throw new Died();
          const call = calls.push(`${name}.${String(key)}`) - 1;
          if (crash?.call === call && crash.when === 'before') dead = true;
          if (dead) throw new Died();
          const answer = await method.apply(target, args);
          if (crash?.call === call) dead = true;
          if (dead) throw new Died();
          return answer;
        };
      },
    });
  return { deps: { ...deps, ...Object.fromEntries(ports.map((name) => [name, wrapped(name, deps[name])])) }, calls };
}

const methods = { good: randomUUID(), ...sandboxMethods };
type Method = keyof typeof methods;

/** The life of a purchase: what a buyer does, and what the sweeper does after; each step may meet the end of the process. */
const lives: Record<string, (deps: SaleDeps, method: string) => Promise<void>> = {
  'one seat by the original endpoints': async (deps, methodUuid) => {
    const { tickets } = await makeEvent(sale.sql, { seats: 1 });
    const [ticketUuid, userUuid] = [tickets[0]!, randomUUID()];
    await reserveTicket(deps, ticketUuid, userUuid);
    await settled(() => confirmTicket(deps, { ticketUuid, userUuid, methodUuid }));
    await sweepAll(deps);
  },
  'three seats by a reservation, an order and two refunds': async (deps, methodUuid) => {
    const { tickets } = await makeEvent(sale.sql, { seats: 3 });
    const userUuid = randomUUID();
    const reservation = await reserveTickets(deps, { userUuid, ticketUuids: tickets });
    const order = await settled(() => createOrder(deps, { reservationUuid: reservation.uuid, methodUuid }));
    await sweepAll(deps);
    if (!order) return;
    const orderUuid = order.uuid;
    await settled(() => refundOrder(deps, { orderUuid, userUuid, ticketUuids: [tickets[0]!] }));
    await settled(() => refundOrder(deps, { orderUuid, userUuid }));
    await sweepAll(deps);
  },
};

/** A refusal is an end like any other. */
async function settled<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

async function live(life: string, method: Method, crash?: Crash): Promise<string[]> {
  const { deps, calls } = dying(sale.deps, crash);
  await lives[life]!(deps, methods[method]).catch((error) => {
    if (!(error instanceof Died)) throw error;
  });
  return calls;
}

describe.each(Object.keys(lives))('the process dies at any point of %s', (life) => {
  test.each(Object.keys(methods) as Method[])(
    'payment: %s',
    async (method) => {
      const calls = await live(life, method);
      await sale.audit();
      for (const [call, name] of calls.entries()) {
        for (const when of ['before', 'after'] as const) {
          await live(life, method, { call, when });
          // Another process: the locks end by time, and what is pending is settled.
          await sale.sql`truncate ticket_locks`;
          await sale.sweep();
          const [left] = await sale.sql`select
          (select count(*) from orders where status = 'pending')::int as orders,
          (select count(*) from payments where status = 'authorised')::int as uncaptured,
          (select count(*) from refunds where status = 'pending')::int as refunds`;
          expect([name, when, left]).toEqual([name, when, { orders: 0, uncaptured: 0, refunds: 0 }]);
          await sale.audit();
        }
      }
      console.log(`${life}, payment ${method}: ${calls.length * 2} ends of the process, the books right after each`);
    },
    60_000,
  );
});

test('a sale that forgets to settle what a crash left is caught', async () => {
  let caught = 0;
  const calls = await live('one seat by the original endpoints', 'good');
  for (const [call] of calls.entries()) {
    await live('one seat by the original endpoints', 'good', { call, when: 'after' });
    const [left] = await sale.sql`select count(*)::int as orders from orders where status = 'pending'`;
    if (left!.orders > 0) caught++;
    await sale.sweep();
  }
  expect(caught).toBeGreaterThan(0);
});
