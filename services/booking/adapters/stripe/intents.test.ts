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
