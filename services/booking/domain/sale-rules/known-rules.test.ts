import { expect, test } from 'bun:test';
import { type EventRules, offSaleAt } from './event-rules.ts';
import { knownRules } from './known-rules.ts';

const published: EventRules = {
  status: 'published',
  onSaleFrom: null,
  onSaleUntil: null,
  sellsUntil: 1_000_000,
  ticketLimit: null,
  presales: [],
  planHash: null,
  readAt: 0,
};

/** A database whose clock is ahead by 5 s, and this process's. */
function world() {
  let nowMs = 0;
  let reads = 0;
  let row: Partial<EventRules> | undefined = {};
  const answers: (() => void)[] = [];
  const tickets = {
    rulesOf: (): Promise<EventRules | undefined> => {
      reads++;
      const found = row && { ...published, ...row, readAt: nowMs + 5000 };
      return new Promise((resolve) => answers.push(() => resolve(found)));
    },
  };
  return {
    rules: knownRules(tickets, { nowMs: () => nowMs }),
    pass: (ms: number) => {
      nowMs += ms;
    },
    change: (to: Partial<EventRules> | undefined) => {
      row = to;
    },
    /** Lets the reads under way end. */
    answer: async () => {
      await Promise.resolve();
      for (const one of answers.splice(0)) one();
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    },
    reads: () => reads,
  };
}

test('the requests of an event share one read', async () => {
  const { rules, answer, reads } = world();
  const all = Promise.all(Array.from({ length: 1000 }, (_, i) => (i % 2 ? rules.of('e') : rules.fresh('e'))));
  await answer();
  expect((await all).every((one) => one?.status === 'published')).toBe(true);
  expect(reads()).toBe(1);
});

test('who may is told at once by old rules, which are then read anew: a change is seen within a second', async () => {
  const { rules, answer, change, pass, reads } = world();
  const first = rules.of('e');
  await answer();
  await first;
  change({ status: 'cancelled' });
  pass(400);
  expect((await rules.of('e'))?.status).toBe('published');
  expect(reads()).toBe(1);
  pass(100);
  expect((await rules.of('e'))?.status).toBe('published');
  expect(reads()).toBe(2);
  await answer();
  pass(400);
  expect((await rules.of('e'))?.status).toBe('cancelled');
  expect(reads()).toBe(2);
});

test('who may not is told by fresh rules alone, however long nobody has asked', async () => {
  const { rules, answer, change, pass } = world();
  change({ status: 'postponed' });
  const first = rules.fresh('e');
  await answer();
  expect((await first)?.status).toBe('postponed');
  pass(60_000);
  change({ status: 'rescheduled' });
  const later = rules.fresh('e');
  await answer();
  expect((await later)?.status).toBe('rescheduled');
});

test('forgotten rules are read anew, and a read that began before is not kept', async () => {
  const { rules, answer, change, reads } = world();
  const before = rules.of('e');
  change({ ticketLimit: 2 });
  rules.forget('e');
  const after = rules.of('e');
  await answer();
  expect((await before)?.ticketLimit).toBe(null);
  expect((await after)?.ticketLimit).toBe(2);
  expect(reads()).toBe(2);
  expect((await rules.of('e'))?.ticketLimit).toBe(2);
});

test('an event that does not exist is looked for each time', async () => {
  const { rules, answer, change } = world();
  change(undefined);
  const none = rules.of('e');
  await answer();
  expect(await none).toBeUndefined();
  change({});
  const one = rules.of('e');
  await answer();
  expect(await one).toMatchObject({ status: 'published' });
});

test('windows are decided by the database’s clock', async () => {
  const { rules, answer, pass } = world();
  const read = rules.of('e');
  await answer();
  const known = (await read)!;
  expect(rules.timeBy(known)).toBe(5000);
  pass(300);
  expect(rules.timeBy(known)).toBe(5300);
});

test.each([
  [{ status: 'draft' }, 0, 'draft', 'draft'],
  [{ status: 'cancelled' }, 0, 'cancelled', 'cancelled'],
  [{ status: 'postponed' }, 0, 'postponed', 'postponed'],
  [{ status: 'rescheduled' }, 0, undefined, undefined],
  [{}, 1_000_000, 'ended', 'ended'],
  [{ onSaleUntil: 10 }, 9, undefined, undefined],
  [{ onSaleUntil: 10 }, 10, 'ended', undefined],
  [{ onSaleFrom: 10 }, 9, 'not yet', undefined],
  [{ onSaleFrom: 10 }, 10, undefined, undefined],
] as const)('rules %j at %p are %p for a hold and %p for a purchase', (rules, at, hold, purchase) => {
  const all = { ...published, ...rules };
  expect(offSaleAt(all, at, { is: 'hold' })).toBe(hold as typeof hold);
  expect(offSaleAt(all, at, { is: 'purchase' })).toBe(purchase as typeof purchase);
});

test('a code is of use in the window of a presale, before the general sale', () => {
  const rules = { ...published, onSaleFrom: 100, presales: [{ name: 'Fans', startsAt: 10, endsAt: 20 }] };
  const at = (ms: number) => offSaleAt(rules, ms, { is: 'hold', accessCode: 'X' });
  expect([9, 10, 19, 20, 100].map(at)).toEqual(['code invalid', undefined, undefined, 'code invalid', undefined]);
});
