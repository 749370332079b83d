import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type TestDatabase, testDatabase } from '../../../../shared/testing/database.ts';
import { stripeIntents } from './intents.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

test('an intent that several callers store at once is the order’s for all of them', async () => {
  const intents = stripeIntents(database.db);
  for (let round = 0; round < 60; round++) {
    const [key, intentId] = [randomUUID(), `pi_${round}`];
    const known = await Promise.all(Array.from({ length: 8 }, () => intents.remember(key, intentId)));
    expect(new Set(known.map((one) => one.intentId))).toEqual(new Set([intentId]));
  }
});

test('an intent of another order is refused', async () => {
  const intents = stripeIntents(database.db);
  await intents.remember(randomUUID(), 'pi_taken');
  await expect(intents.remember(randomUUID(), 'pi_taken')).rejects.toThrow('stripe_intents_intent_id_unique');
});

test('the turn to cancel an intent is one caller’s at a time, until it is ended or over', async () => {
  const intents = stripeIntents(database.db);
  const key = randomUUID();
  const begun = await Promise.all(Array.from({ length: 8 }, () => intents.beginClosing(key)));
  const [first] = begun.filter((one) => one !== undefined);
  expect(begun.filter((one) => one !== undefined)).toHaveLength(1);
  const kept = await intents.keepClosing(key, first!);
  expect(await intents.keepClosing(key, first!)).toBeUndefined();
  expect(await intents.endClosing(key, first!)).toBe(false);
  expect(await intents.endClosing(key, kept!)).toBe(true);
  expect(await intents.find(key)).toMatchObject({ closed: true });
  // The response of a cancellation is lost: the next caller has the turn, and knows.
  const lost = (await intents.beginClosing(key))!;
  expect(await intents.endClosing(key, lost, true)).toBe(true);
  const next = (await intents.beginClosing(key))!;
  expect([lost.late, next.late]).toEqual([null, expect.any(String)]);
  await intents.endClosing(key, next);
  expect((await intents.beginClosing(key))!.late).toBe(next.late);
  // Half a minute later it can't come any more.
  await database.sql`update stripe_intents set closed_at = now() + interval '1 day' - interval '1 second' where key = ${key}`;
  expect((await intents.beginClosing(key))!.late).toBeNull();
  // A turn of half a minute ago is a dead process's.
  await database.sql`update stripe_intents set closed_at = now() - interval '31 seconds' where key = ${key}`;
  expect(await intents.beginClosing(key)).toBeDefined();
  expect(await intents.beginClosing(key)).toBeUndefined();
});
