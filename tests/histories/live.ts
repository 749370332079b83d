import { randomUUID } from 'node:crypto';
import { createRandom } from '../../drizzle/seed/random.ts';
import { type SweepTimes, sweepOrders } from '../../services/booking/domain/order/sweep-orders.ts';
import { sweepCaptures } from '../../services/booking/domain/payment/sweep-captures.ts';
import { sweepRefunds } from '../../services/booking/domain/refund/sweep-refunds.ts';
import type { Sale } from '../../services/booking/testing.ts';
import { sleep } from '../../shared/async/clock.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { createRequests, type World } from './buyer.ts';
import type { Expire } from './expire.ts';
import { createRecorder, type Recorder } from './history.ts';
import {
  around,
  type Fetch,
  type Process,
  type Processes,
  processOf,
  startProcesses,
  type Weather,
} from './processes.ts';
import { send } from './requests.ts';
import type { Told } from './rules.ts';
import { type ActName, buy } from './workload.ts';

export type LifeOptions = {
  seed: number;
  weather: Weather;
  /** The number of operations, and the maximum time. */
  operations: number;
  maxMs?: number;
  /** The requests that buyers leave out, so that a fault behind them can show. */
  without?: readonly ActName[];
  /** The proxy between the buyers and the event pages. */
  pages?: (events: Fetch) => Fetch;
  /** Ends the hold of a ticket by time, if it has its time and not that of a payment; returns whether it did. */
  expire?: Expire | undefined;
};

export type Life = Told & { seats: string[]; processes: number; ms: number };

/** Longer than any living request works on its order, so that a sweep takes only abandoned ones. */
const sweepAgeMs = 1500;
const pauses = { sweepMs: 25, captureMs: 30, expireMs: 15 };

/** One history: a new event, its buyers on several processes, the sweeps, and the final state. */
export async function live(sale: Sale, options: LifeOptions): Promise<Life> {
  const { seed, weather, operations, maxMs = 20_000, expire } = options;
  const random = createRandom(seed);
  const started = performance.now();
  const seats = Array.from({ length: random.int(3, 6) }, (_, i) => `A${i + 1}`);
  const event = await makeEvent(sale.sql, { seats: seats.length });
  const processes = startProcesses(sale, { count: 3, weather, seed, pages: options.pages });
  const recorder = createRecorder();
  const world: World = {
    recorder,
    processes,
    event,
    seats,
    names: namesOf(new Map(event.tickets.map((uuid, i) => [uuid, seats[i]!]))),
    orders: new Map(),
    keyed: [],
  };
  const users = Array.from({ length: random.int(6, 10) }, (_, i) => ({ name: `u${i + 1}`, uuid: randomUUID() }));
  const isOver = () => recorder.begun() >= operations || performance.now() - started > maxMs;

  await allOf([
    ...users.map(({ name, uuid }, i) => {
      const own = createRandom(seed, 1000 + i);
      return buy({ world, requests: createRequests(world, name, uuid), random: own }, isOver, options.without);
    }),
    sweepAllAlong(sale, recorder, processes, seed, isOver),
    captureAllAlong(sale, processes, seed, isOver),
    ...(expire ? [expireAllAlong(sale, world, seed, expire, isOver)] : []),
  ]);

  const calm: Process = { name: 'p0', ...processOf(sale, fairWeather, random, random, processes.faults) };
  await sweepToTheEnd(sale, recorder, calm);
  const stranger = createRequests(world, 'stranger', randomUUID());
  await stranger.look()(calm);
  for (const seat of seats) await stranger.reserve(seat)(calm);
  await stranger.look()(calm);
  const orders = (await Promise.all(users.map(({ uuid }) => allOrders(world, calm, uuid)))).flat();
  return {
    operations: recorder.operations,
    keyed: world.keyed,
    faults: processes.faults,
    orders,
    seats,
    processes: processes.started(),
    ms: performance.now() - started,
  };
}

const fairWeather: Weather = { faults: 0, deaths: false, slowestPaymentMs: 0 };

/** Short names in place of uuids; those of reservations include their seats: `r7:A1+A2`. */
function namesOf(seats: Map<string, string>): World['names'] {
  const known = new Map<string, string>();
  const counts = { r: 0, o: 0 };
  const named = (kind: 'r' | 'o') => (uuid: string) => {
    const name = known.get(uuid) ?? `${kind}${++counts[kind]}`;
    known.set(uuid, name);
    return name;
  };
  return {
    seats,
    reservation: named('r'),
    order: named('o'),
    uuidOf: (hold) => [...known].find(([, name]) => name === hold.split(':')[0])![0],
  };
}

/** Processes sweep beside the buyers; the number of orders that they end is recorded. */
async function sweepAllAlong(
  sale: Sale,
  recorder: Recorder,
  processes: Processes,
  seed: number,
  isOver: () => boolean,
) {
  const random = createRandom(seed, 2);
  while (!isOver()) {
    const process = processes.pick(random);
    const actionMs = random.int(0, 9) === 0 ? 0 : 60_000;
    await recordSweep(recorder, process, { ageMs: sweepAgeMs, actionMs, leaseMs: 50 });
    await sweepRefunds(process.deps, { ageMs: sweepAgeMs, leaseMs: 50 }).catch(() => {});
    await agePendingOrders(sale, random.int(0, 3) === 0);
    await sleep(random.int(0, 2 * pauses.sweepMs));
  }
}

/** Makes abandoned orders older, so that a sweep takes them within a short history. */
async function agePendingOrders({ sql }: Sale, isNow: boolean): Promise<void> {
  if (!isNow) return;
  await sql`update orders set created_at = created_at - interval '1 minute'
    where status = 'pending' and created_at < now() - interval '450 milliseconds' and created_at > now() - interval '30 seconds'`;
}

async function captureAllAlong(_: Sale, processes: Processes, seed: number, isOver: () => boolean) {
  const random = createRandom(seed, 3);
  while (!isOver()) {
    await sweepCaptures(processes.pick(random).deps, { leaseMs: 500 }).catch(() => {});
    await sleep(random.int(0, 2 * pauses.captureMs));
  }
}

async function expireAllAlong(
  sale: Sale,
  { recorder, event, seats }: World,
  seed: number,
  expire: Expire,
  isOver: () => boolean,
) {
  const random = createRandom(seed, 4);
  while (!isOver()) {
    const place = random.int(0, seats.length - 1);
    await recorder.record(
      { process: 'time', user: '', kind: 'expire', seats: [seats[place]!], hold: undefined },
      async () => {
        const did = await expire(sale, event, event.tickets[place]!);
        return { outcome: did ? 'ok' : 'void', answer: did ? 'its time is over' : 'no such hold' };
      },
    );
    await sleep(random.int(0, 2 * pauses.expireMs));
  }
}

/** A sweep counts when it has asked the provider to end a payment: the order's own request may then end it. */
async function recordSweep(recorder: Recorder, { name, deps }: Process, times: SweepTimes): Promise<void> {
  await recorder.record({ process: name, user: '', kind: 'sweep', seats: [] }, async () => {
    let closed = 0;
    const payments = around(deps.payments, (method, call) => {
      if (method === 'close') closed++;
      return call();
    });
    const ended = await sweepOrders({ ...deps, payments }, times).catch(() => 'failed');
    return { outcome: closed > 0 ? 'ok' : 'void', answer: `${closed} closed, ${ended} ended` };
  });
}

async function sweepToTheEnd({ sql }: Sale, recorder: Recorder, process: Process): Promise<void> {
  const atOnce = { ageMs: 0, actionMs: 0, leaseMs: 0 };
  await sql`update payments set sweep_at = now() - interval '1 second'`;
  await sql`update refunds set sweep_at = now() - interval '1 second'`;
  await recordSweep(recorder, process, atOnce);
  await sweepCaptures(process.deps, atOnce);
  await sweepRefunds(process.deps, atOnce);
}

async function allOrders({ names, orders }: World, process: Process, userUuid: string): Promise<Life['orders']> {
  const { body } = await send(process, 'GET', `/booking/orders?user_uuid=${userUuid}&limit=100`);
  return body.orders!.map(({ uuid, tickets }) => ({
    uuid: uuid!,
    seats: tickets!.map((ticket) => names.seats.get(ticket.uuid)!),
    hold: orders.get(uuid!)?.hold,
  }));
}

/** Waits for all, then throws the first failure. */
async function allOf(work: Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(work)) if (end.status === 'rejected') throw end.reason;
}
