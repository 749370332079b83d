import { expect, test } from 'bun:test';
import { soak } from './soak.ts';

// With faults, and on the real servers, it is `npm run soak`.
test('a few seconds of the soak end in order on PostgreSQL alone', async () => {
  const seed = Math.trunc(Math.random() * 2 ** 32);
  console.log(`SOAK_SEED=${seed}`);
  const verdict = await soak({ seconds: 5, buyers: 60, seed, payments: 'sandbox', chaos: false });
  expect(verdict!.checks.filter(({ findings }) => findings.length > 0)).toEqual([]);
}, 240_000);
