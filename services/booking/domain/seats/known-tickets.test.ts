import { expect, test } from 'bun:test';
import { knownTickets } from './known-tickets.ts';

const facts = { eventUuid: 'event', price: 500, currency: 'USD' };

test('a ticket is read once, and anew when it was forgotten; an unknown one each time', async () => {
  const asked: string[] = [];
  const tickets = knownTickets({
    factsOf: async (uuid) => {
      asked.push(uuid);
      return uuid === 'none' ? undefined : facts;
    },
  });
  for (let times = 0; times < 2; times++) expect(await tickets.factsOf('a')).toEqual(facts);
  tickets.forget('a');
  expect(await tickets.factsOf('a')).toEqual(facts);
  for (let times = 0; times < 2; times++) expect(await tickets.factsOf('none')).toBeUndefined();
  expect(asked).toEqual(['a', 'a', 'none', 'none']);
});

test('a ticket that is forgotten during its read is returned to waiting callers, and not remembered', async () => {
  const gate = Promise.withResolvers<void>();
  let price = 500;
  const tickets = knownTickets({
    factsOf: async () => {
      const read = { ...facts, price };
      await gate.promise;
      return read;
    },
  });
  const waiting = [tickets.factsOf('a'), tickets.factsOf('a')];
  tickets.forget('a');
  price = 700;
  gate.resolve();
  expect(await Promise.all(waiting)).toEqual([facts, facts]);
  expect(await tickets.factsOf('a')).toEqual({ ...facts, price: 700 });
});

test('an unknown ticket that is forgotten during its read is unknown to waiting callers', async () => {
  const gate = Promise.withResolvers<void>();
  const tickets = knownTickets({ factsOf: () => gate.promise.then(() => undefined) });
  const waiting = [tickets.factsOf('none'), tickets.factsOf('none')];
  tickets.forget('none');
  gate.resolve();
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
});
