import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { isAppError } from '../../../../shared/errors.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import type { Change } from '../../domain/changes/change-source.ts';
import { makePerformer } from '../../testing.ts';
import { follow, type KafkaStack, startKafkaStack } from './stack.harness.ts';

setDefaultTimeout(90_000);

let stack: KafkaStack;
let stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  stack = await startKafkaStack();
  await stack.connector('apply');
});
afterEach(async () => {
  await Promise.all(stops.map((stop) => stop()));
  stops = [];
});
afterAll(() => stack.drop());

function start(...given: [((changes: Change[]) => Promise<void> | void)?, (() => Promise<void>)?]) {
  const follower = follow(stack.open(), ...given);
  stops.push(follower.stop);
  return follower;
}

const insert = (name: string, count: number) => stack.database.sql`
  insert into performers (name, age) select ${name} || n, 1 from generate_series(1, ${count}::int) n`;

const namesOf = (...followers: { handled: Change[] }[]) =>
  new Set(followers.flatMap(({ handled }) => handled.map((change) => String(change.row.name))));

test('one of several members fills the gap, and the others begin when it is filled', async () => {
  const filled = Promise.withResolvers<void>();
  const members = [1, 2, 3].map(() => start(undefined, () => filled.promise));
  await eventually(() => members.some(({ gaps }) => gaps.includes(true)));
  filled.resolve();
  await eventually(() => members.every(({ source }) => source.state() === 'following'));
  await makePerformer(stack.database.sql, 'after all');
  await eventually(() => namesOf(...members).has('after all'));
  const filling = members.filter(({ gaps }) => gaps.includes(true));
  expect(filling.length).toBeLessThan(3);
  for (const { stop } of members) await stop();
  const later = start();
  await eventually(() => later.source.state() === 'following');
  expect(later.gaps).toEqual([false]);
});

test('two members share the work, while one comes and goes nothing is lost', async () => {
  const steady = start(() => new Promise((resolve) => setTimeout(resolve, 5)));
  await eventually(() => steady.source.state() === 'following');
  const visitors: ReturnType<typeof start>[] = [];
  for (let round = 0; round < 4; round++) {
    await insert(`r${round} `, 1500);
    const visitor = start(() => new Promise((resolve) => setTimeout(resolve, 5)));
    visitors.push(visitor);
    await eventually(() => visitor.source.state() === 'following', 30_000);
    await insert(`s${round} `, 1500);
    await eventually(() => visitor.handled.length > 0, 30_000);
    await visitor.stop();
  }
  const expected = ['r', 's'].flatMap((letter) =>
    [0, 1, 2, 3].flatMap((round) => Array.from({ length: 1500 }, (_, n) => `${letter}${round} ${n + 1}`)),
  );
  await eventually(() => {
    const names = namesOf(steady, ...visitors);
    return expected.every((name) => names.has(name));
  }, 30_000);
  expect(steady.handled.length).toBeGreaterThan(0);
});

test('a member leaves amid a batch that fails, and the other brings it', async () => {
  const failing = start((changes) => {
    if (changes.some((change) => change.row.name === 'hard')) throw new Error('the index is away');
  });
  await eventually(() => failing.source.state() === 'following');
  await makePerformer(stack.database.sql, 'hard');
  await eventually(() => failing.source.state() === 'waiting');
  const other = start();
  await eventually(() => other.source.state() === 'following', 30_000);
  await failing.stop();
  await eventually(() => namesOf(other).has('hard'), 30_000);
  expect(namesOf(failing).has('hard')).toBe(false);
});

test('a handler that takes longer than a session is not interrupted, and its work counts', async () => {
  let slow = 0;
  const follower = start(async (changes) => {
    if (!changes.some((change) => change.row.name === 'slow')) return;
    slow++;
    await new Promise((resolve) => setTimeout(resolve, 12_000));
  });
  await eventually(() => follower.source.state() === 'following');
  await makePerformer(stack.database.sql, 'slow');
  await eventually(() => namesOf(follower).has('slow'), 30_000);
  await makePerformer(stack.database.sql, 'next');
  await eventually(() => namesOf(follower).has('next'), 30_000);
  expect(slow).toBe(1);
});

test('Kafka’s absence is told at once, and changes made meanwhile come when it is back', async () => {
  const follower = start();
  await eventually(() => follower.source.state() === 'following', 30_000);
  stack.setReachable(false);
  await makePerformer(stack.database.sql, 'written meanwhile');
  for (const ask of [follower.source.lag, follower.source.ping]) {
    const failure = await ask().catch((error) => error);
    expect(isAppError(failure, 'unavailable')).toBe(true);
  }
  await eventually(() => follower.source.state() === 'waiting', 30_000);
  expect(namesOf(follower).has('written meanwhile')).toBe(false);
  stack.setReachable(true);
  await eventually(() => namesOf(follower).has('written meanwhile'), 30_000);
  expect(follower.gaps.slice(1)).not.toContain(true);
});
