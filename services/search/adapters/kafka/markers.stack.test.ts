import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { walPosition } from '../../../../shared/db/wal-position.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { makePerformer } from '../../testing.ts';
import { type KafkaStack, startKafkaStack } from './stack.harness.ts';

setDefaultTimeout(90_000);

let stack: KafkaStack;
const ending = new AbortController();
const ended: Promise<void>[] = [];
beforeAll(async () => {
  stack = await startKafkaStack();
  await stack.connector('apply');
});
afterAll(async () => {
  ending.abort();
  await Promise.all(ended);
  await stack.drop();
});

test('a position is reached when all before it is handled by whichever member, and where nothing follows it, too', async () => {
  const { db, sql } = stack.database;
  const handled = new Set<unknown>();
  const reached: bigint[] = [];
  const early: string[] = [];
  const versions = new Map<string, bigint>();
  for (let member = 0; member < 2; member++) {
    const run = stack.open().run({
      onConnect: async () => {},
      async onBatch(changes) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (const { row } of changes) handled.add(row.name);
      },
      onReached(position) {
        reached.push(position);
        for (const [name, version] of versions) if (version <= position && !handled.has(name)) early.push(name);
      },
      signal: ending.signal,
    });
    ended.push(run);
  }
  const isReached = (version: bigint) => eventually(() => (reached.at(-1) ?? 0n) >= version, 30_000);
  await isReached(await walPosition(db));

  const waits: number[] = [];
  for (let n = 0; n < 15; n++) {
    await makePerformer(sql, `p${n}`);
    const version = await walPosition(db);
    versions.set(`p${n}`, version);
    const begun = performance.now();
    await isReached(version);
    waits.push(Math.round(performance.now() - begun));
  }
  expect(early).toEqual([]);
  expect(handled.size).toBeGreaterThanOrEqual(15);
  console.log(`position reached after ${waits.sort((a, b) => a - b).join(' ')} ms`);
  expect(waits[7]).toBeLessThan(2000);

  await sql`insert into app_state (key, value) values ('other', 'table')`;
  await isReached(await walPosition(db));
});
