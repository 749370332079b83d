import { createRandom, type Random } from '../../drizzle/seed/random.ts';
import { postgresPaymentMethods } from '../../services/booking/adapters/postgres/payment-methods.ts';
import { sandboxPayments } from '../../services/booking/adapters/sandbox/sandbox-payments.ts';
import { createBookingApp } from '../../services/booking/app.ts';
import { dying } from '../../services/booking/dying.harness.ts';
import type { Sale, SaleDeps } from '../../services/booking/testing.ts';
import { postgresPorts } from '../../services/events/adapters/postgres/ports.ts';
import { createEventsApp } from '../../services/events/app.ts';
import { planWorkHere } from '../../services/events/plan-work.ts';
import { sleep, systemClock } from '../../shared/async/clock.ts';
import { memoryCache } from '../../shared/cache/memory.ts';
import { serverConfig, serverVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { unavailable } from '../../shared/errors.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { postgresIdempotencyKeys } from '../../shared/idempotency/postgres.ts';
import { createLog } from '../../shared/process/log.ts';

/** The faults of a day. Shares are of calls, from 0 to 1. */
export type Weather = {
  /** The share of a port's calls that fail, half of them after they were done. */
  faults: number;
  /** Processes keep dying at calls. */
  deaths: boolean;
  /** The maximum latency of the payment provider, in milliseconds; most responses come sooner. */
  slowestPaymentMs: number;
};

export type Fetch = (request: Request) => Response | Promise<Response>;
export type Process = { name: string; booking: Fetch; events: Fetch; deps: SaleDeps; isDead(): boolean };

const ports = ['locks', 'tickets', 'unfinishedPayments', 'reservations', 'orders', 'refunds'] as const;
const callsOfALife = { least: 60, most: 400 };

export type ProcessesOptions = {
  count: number;
  weather: Weather;
  seed: number;
  /** The proxy between the buyers and the event pages. */
  pages?: ((events: Fetch) => Fetch) | undefined;
};

/** Several processes of booking and of events on one database and one lock store; a dead one is replaced by another. */
export function startProcesses(sale: Sale, { count, weather, seed, pages = (events) => events }: ProcessesOptions) {
  const random = createRandom(seed, 1);
  const faults: string[] = [];
  let started = 0;
  const start = (place: number): Process => {
    const name = `p${place + 1}${'′'.repeat(Math.floor(started++ / count))}`;
    const made = processOf(sale, weather, createRandom(seed, 100 + started), random, faults);
    return { name, ...made, events: pages(made.events) };
  };
  const living = Array.from({ length: count }, (_, place) => start(place));
  return {
    faults,
    started: () => started,
    pick(by: Random): Process {
      const place = by.int(0, count - 1);
      if (living[place]!.isDead()) living[place] = start(place);
      return living[place]!;
    },
  };
}

export type Processes = ReturnType<typeof startProcesses>;

/** One process; its failures, other than its death, are added to `faults`. */
export function processOf(sale: Sale, weather: Weather, random: Random, lives: Random, faults: string[]) {
  const crash = weather.deaths
    ? { call: lives.int(callsOfALife.least, callsOfALife.most), when: lives.pick(['before', 'after'] as const) }
    : undefined;
  const slow = { ...sale.deps, payments: slowly(sale.deps.payments, weather.slowestPaymentMs, random) };
  const faulty = weather.faults > 0 ? { ...slow, ...faultyPorts(slow, weather.faults, random) } : slow;
  const { deps, calls } = dying(faulty, crash);
  const log = createLog('histories', 'error', {
    write: (line) => void (isFault(line) && !faults.includes(whatOf(line)) && faults.push(whatOf(line))),
  });
  const shell = () => ({
    log,
    metrics: createMetrics('histories'),
    server: serverConfig(readConfig(serverVariables, {})),
    dependencies: {},
    closing: new AbortController().signal,
  });
  const booking = createBookingApp({
    ...shell(),
    ...deps,
    idempotencyKeys: postgresIdempotencyKeys(sale.db),
    paymentMethods: postgresPaymentMethods(sale.db),
    sandbox: sandboxPayments(sale.db),
  });
  const events = createEventsApp({
    ...shell(),
    ...postgresPorts(sale.db),
    planWork: planWorkHere,
    locks: sale.deps.locks,
    cache: memoryCache({ maxBytes: 1024 * 1024, clock: systemClock }),
    feed: { subscribe: async () => async () => {}, publish: () => {} },
    clock: systemClock,
  });
  return {
    booking: booking.fetch as Fetch,
    events: events.app.fetch as Fetch,
    deps,
    isDead: () => crash !== undefined && calls.length > crash.call,
  };
}

/** A 500 is a bug of ours, unless the process has died. */
const isFault = (line: string) => line.includes('"status":500') && !line.includes('"type":"Died"');

/** The error with the first lines of its stack. */
function whatOf(line: string): string {
  const { method, route, err } = JSON.parse(line);
  return `${method} ${route}: ${String(err?.stack).split('\n').slice(0, 4).join('')}`;
}

/** One response in four is slow. */
function slowly<T extends object>(payments: T, slowestMs: number, random: Random): T {
  return around(payments, async (_, call) => {
    if (slowestMs === 0) return call();
    const ms = random.int(0, 3) === 0 ? random.int(0, slowestMs) : random.int(0, 5);
    await sleep(ms);
    const answer = await call();
    await sleep(random.int(0, 5));
    return answer;
  });
}

/**
 * A lock that could not be released ends by time, which is too long for a history: of these only the response is lost.
 */
const tidying = new Set(['giveBack', 'release', 'uncover']);

/** Stores that fail now and then: half the time the work was done all the same. */
function faultyPorts(deps: SaleDeps, share: number, random: Random): Partial<SaleDeps> {
  const faulty = <T extends object>(port: T) =>
    around(port, async (name, call) => {
      const fate = random.next();
      const lost = () => unavailable('a store', new Error(`${name}: lost on purpose`));
      if (fate < share / 2 && !tidying.has(name)) throw lost();
      const answer = await call();
      if (fate < share) throw lost();
      return answer;
    });
  return Object.fromEntries(ports.map((name) => [name, faulty(deps[name])]));
}

/** They make no request, or return an iterator. */
const unguarded = new Set<PropertyKey>(['bounds', 'charges']);

/** Returns a port whose calls all go through one function. */
export function around<T extends object>(
  port: T,
  pass: (name: string, call: () => Promise<unknown>) => Promise<unknown>,
): T {
  return new Proxy(port, {
    get(target, key) {
      const method = target[key as keyof T];
      if (typeof method !== 'function' || unguarded.has(key)) return method;
      return (...args: unknown[]) => pass(String(key), async () => method.apply(target, args));
    },
  });
}
