import { afterAll, beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import { claimsAnything, type Sale, type SaleDeps, startSale } from '../../testing.ts';
import { oracleProperty } from './sale-oracle.harness.ts';

const runs = Number(process.env.MODEL_RUNS ?? 100);
const seed = Number(process.env.MODEL_SEED ?? Date.now() % 2 ** 31);

let sale: Sale;
beforeAll(async () => {
  sale = await startSale();
});
afterAll(() => sale.drop());

test(
  `${runs} random lives of a sale answer as the oracle does`,
  async () => {
    console.log(`${runs} lives, MODEL_SEED=${seed}`);
    await fc.assert(
      oracleProperty(() => sale),
      { numRuns: runs, seed },
    );
  },
  30_000 + runs * 250,
);

/** Mistakes that a sale could make, each caught by the same oracle within a bounded number of runs. */
const broken: Record<string, (deps: SaleDeps, at: () => Sale) => Partial<SaleDeps>> = {
  'a booking whatever the state of its tickets': claimsAnything,
  'an unlock without a token': (deps, at) => ({
    locks: {
      ...deps.locks,
      release: async ({ locks }) => {
        const uuids = locks.map(({ ticketUuid }) => ticketUuid);
        return (await at().sql`delete from ticket_locks where ticket_uuid = any(${uuids})`).count;
      },
    } satisfies TicketLocks,
  }),
  'a sweep that sells what was never paid': (deps) => ({
    payments: { ...deps.payments, close: async () => ({ is: 'authorised' as const }) },
  }),
};

test.each(Object.keys(broken))(
  '%s is caught',
  async (name) => {
    let spoilt: Sale | undefined;
    spoilt = await startSale((deps) => broken[name]!(deps, () => spoilt!));
    const outcome = await fc.check(
      oracleProperty(() => spoilt!),
      { numRuns: 500, seed, endOnFailure: true },
    );
    await spoilt.drop();
    console.log(`${name}: caught in run ${outcome.numRuns}`);
    expect(outcome.failed).toBe(true);
  },
  120_000,
);
