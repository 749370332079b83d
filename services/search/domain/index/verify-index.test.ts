import { expect, test } from 'bun:test';
import { memoryIndex } from '../../adapters/memory/memory-index.ts';
import { someEvent } from '../../testing.ts';
import type { EventDocument } from './event-document.ts';
import { verifyIndex } from './verify-index.ts';

async function start(indexed: EventDocument[]) {
  const index = memoryIndex();
  await index.replaceAll(batches(indexed, 2), 1n);
  let nowMs = 0;
  let looks = 0;
  const verify = (rows: () => EventDocument[], between: () => Promise<unknown> = async () => {}) =>
    verifyIndex({
      catalogue: {
        all: (size) => {
          looks++;
          return batches(rows(), size);
        },
      },
      index,
      batchSize: 2,
      patienceMs: 3000,
      clock: { now: () => nowMs },
      sleep: async (ms) => {
        nowMs += ms;
        await between();
      },
    });
  return { index, verify, looks: () => looks };
}

async function* batches(documents: EventDocument[], size: number): AsyncIterable<EventDocument[]> {
  for (let at = 0; at < documents.length; at += size) yield documents.slice(at, at + size);
}

const events = (...ids: number[]) => ids.map((id) => someEvent({ id, name: `Gala ${id}`, performers: ['Ann'] }));

test('events that agree are counted, in one look', async () => {
  const { verify, looks } = await start(events(1, 2, 5, 9, 10));
  expect(await verify(() => events(1, 2, 5, 9, 10))).toEqual({ agreed: 5, differences: [] });
  expect(looks()).toBe(1);
});

test.each<[number[], number[]]>([
  [[], [1, 2, 3]],
  [[1, 2, 3], []],
  [[], []],
])('one side is empty: rows %j, documents %j', async (rows, indexed) => {
  const { verify } = await start(events(...indexed));
  const { agreed, differences } = await verify(() => events(...rows));
  expect(agreed).toBe(0);
  expect(differences.map(({ kind, document }): [string, number] => [kind, document.id])).toEqual([
    ...rows.map((id): [string, number] => ['missing', id]),
    ...indexed.map((id): [string, number] => ['extra', id]),
  ]);
});

test.each<[string, Partial<EventDocument>]>([
  ['uuid', { uuid: 'other' }],
  ['name', { name: 'other' }],
  ['description', { description: 'other' }],
  ['date', { date: '2031-01-01T00:00:00Z' }],
  ['currency', { currency: 'EUR' }],
  ['location', { location: 'other' }],
  ['performers', { performers: ['Ann', 'Bo'] }],
])('a %s that is not the same', async (_, changed) => {
  const { verify, looks } = await start(events(1, 2, 4, 7));
  const rows = () => [...events(1), { ...events(2)[0]!, ...changed }, ...events(3, 7)];
  const { agreed, differences } = await verify(rows);
  expect(agreed).toBe(2);
  expect(differences.map(({ kind, document }) => [kind, document.id])).toEqual([
    ['different', 2],
    ['missing', 3],
    ['extra', 4],
  ]);
  expect(looks()).toBe(7);
});

test('a change that is under way does not count', async () => {
  const { index, verify } = await start(events(1, 2, 3));
  const arrive = () => index.apply({ upserts: events(4), deletes: [1], version: 2n });
  expect(await verify(() => events(2, 3, 4), arrive)).toEqual({ agreed: 3, differences: [] });
});

test('events that change all the time do not count, one that stays wrong does', async () => {
  let id = 100;
  const { verify } = await start(events(1));
  const { agreed, differences } = await verify(() => events(1, 2, ++id));
  expect(differences.map(({ kind, document }) => [kind, document.id])).toEqual([['missing', 2]]);
  expect(agreed).toBe(2);
});

test('demand, which moves by itself, is no difference', async () => {
  const { verify } = await start(events(1, 2));
  const moved = events(1, 2).map((event) => ({ ...event, seats_left: 3, price_from: 100, popularity: 9 }));
  expect(await verify(() => moved)).toEqual({ agreed: 2, differences: [] });
});
