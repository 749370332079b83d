import { expect, test } from 'bun:test';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { deleteEntry, writeEntries } from './bulk.ts';
import type { Cluster } from './cluster.ts';

const perRequest = 500;

type Answer = { errors: boolean; items: { index: { status: number; error?: { type: string } } }[] };
type Sent = { ids: number[]; answer: PromiseWithResolvers<Answer> };

/** A cluster that answers when the test lets it, and entries that are counted as they are made. */
function setUp(count: number) {
  const sent: Sent[] = [];
  const made: number[] = [];
  let isClosed = false;
  const cluster = {
    send(_path: string, lines: string) {
      const ids = [...lines.matchAll(/"_id":"(\d+)"/g)].map(([, id]) => Number(id));
      const answer = Promise.withResolvers<Answer>();
      sent.push({ ids, answer });
      return answer.promise;
    },
  } as unknown as Cluster;
  async function* entries() {
    try {
      for (let id = 1; id <= count; id++) {
        made.push(id);
        yield deleteEntry(id, 7n, 0);
      }
    } finally {
      isClosed = true;
    }
  }
  const writing = writeEntries(cluster, 'events', entries());
  writing.catch(() => {});
  const underWay = (n: number) => eventually(() => expect(sent).toHaveLength(n));
  return { sent, made, writing, underWay, isClosed: () => isClosed };
}

const done: Answer = { errors: false, items: [] };

test('entries are made while earlier ones are written, at most two requests and one entry ahead, each sent once', async () => {
  const { sent, made, writing, underWay, isClosed } = setUp(10 * perRequest);
  for (let answered = 0; answered < 10; answered++) {
    const most = Math.min(answered + 2, 10);
    await underWay(most);
    // Entries that are read too soon would have been read by now.
    await Bun.sleep(5);
    expect(sent).toHaveLength(most);
    expect(made.length).toBeLessThanOrEqual(most * perRequest + 1);
    sent[answered]!.answer.resolve(done);
  }
  expect(await writing).toEqual({ rejected: [], isTargetGone: false });
  expect(sent.flatMap(({ ids }) => ids)).toEqual(Array.from({ length: 10 * perRequest }, (_, i) => i + 1));
  expect(isClosed()).toBe(true);
});

test('after a request that failed nothing more is made or sent, and the one under way is awaited', async () => {
  const { sent, made, writing, underWay, isClosed } = setUp(10 * perRequest);
  await underWay(2);
  let isOver = false;
  writing.catch(() => {
    isOver = true;
  });
  sent[1]!.answer.reject(new Error('a right is missing'));
  await eventually(() => expect(isClosed()).toBe(true));
  await Bun.sleep(5);
  expect(isOver).toBe(false);
  sent[0]!.answer.resolve(done);
  await expect(writing).rejects.toThrow('a right is missing');
  await eventually(() => expect(isOver).toBe(true));
  expect(sent).toHaveLength(2);
  expect(made.length).toBeLessThanOrEqual(2 * perRequest + 1);
});

test('an alias that has gone ends the entries', async () => {
  const { sent, made, writing, underWay, isClosed } = setUp(10 * perRequest);
  await underWay(2);
  const missing = { index: { status: 404, error: { type: 'index_not_found_exception' } } };
  for (const { answer } of sent) answer.resolve({ errors: true, items: Array(perRequest).fill(missing) });
  expect(await writing).toEqual({ rejected: [], isTargetGone: true });
  expect(isClosed()).toBe(true);
  expect(made.length).toBeLessThanOrEqual(2 * perRequest + 1);
});

test('entries that Elasticsearch was too busy for are sent again, before later ones take their place', async () => {
  const { sent, writing, underWay } = setUp(3);
  await underWay(1);
  const busy = { index: { status: 429, error: { type: 'es_rejected_execution_exception' } } };
  const fine = { index: { status: 200 } };
  sent[0]!.answer.resolve({ errors: true, items: [fine, busy, fine] });
  await underWay(2);
  expect(sent[1]!.ids).toEqual([2]);
  sent[1]!.answer.resolve(done);
  expect(await writing).toEqual({ rejected: [], isTargetGone: false });
});
