import { expect, test } from 'bun:test';
import { unavailable } from '../errors.ts';
import { rootSpan } from '../tracing/span.ts';
import { testTracing } from '../tracing/testing.ts';
import { type GatheredOptions, gathering } from './gathered.ts';

type Statement = { key: string; items: string[]; end(error?: Error): void };

/** A pool that gathers, whose statements end when the test says so; each returns its items in capitals. */
function pool(options: GatheredOptions<string> = {}, deadlineMs = 1000) {
  const statements: Statement[] = [];
  let now = 0;
  const gathered = gathering({
    run: async (work) => work(),
    wait: async (work) => work(),
    share: async (_key, work) => work(undefined as never),
    deadlineMs,
    nowMs: () => now,
  });
  const ask = gathered(
    (_sql, items: string[], key) =>
      new Promise<string[]>((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(items.map((item) => item.toUpperCase())));
        statements.push({ key, items, end });
      }),
    options,
  );
  const settle = () => Bun.sleep(0);
  return {
    ask: (item: string, key = 'event') => ask(key, item).catch((error) => error.message),
    /** Ends the oldest statement that is under way. */
    async end(error?: Error): Promise<string[]> {
      await settle();
      const { items, end } = statements.shift()!;
      end(error);
      await settle();
      return items;
    },
    async underWay(): Promise<string[][]> {
      await settle();
      return statements.map(({ items }) => items);
    },
    pass(ms: number) {
      now += ms;
    },
  };
}

test('items of one turn are one statement, and items that come while it is under way are the next', async () => {
  const { ask, end, underWay } = pool();
  const first = [ask('a'), ask('b')];
  expect(await underWay()).toEqual([['a', 'b']]);
  const later = [ask('c'), ask('d')];
  expect(await underWay()).toEqual([['a', 'b']]);
  await end();
  expect(await underWay()).toEqual([['c', 'd']]);
  await end();
  expect(await Promise.all([...first, ...later])).toEqual(['A', 'B', 'C', 'D']);
});

test('keys do not wait for each other', async () => {
  const { ask, underWay } = pool();
  void ask('a', 'one');
  void ask('b', 'other');
  expect(await underWay()).toEqual([['a'], ['b']]);
});

test('items with a common name are not in one statement, and none overtakes another with its name', async () => {
  const { ask, end } = pool({ namesOf: (item) => [...item] });
  for (const item of ['ab', 'bc', 'c', 'd']) void ask(item);
  expect([await end(), await end(), await end()]).toEqual([['ab', 'd'], ['bc'], ['c']]);
});

test('a statement has items of one kind, up to the maximum', async () => {
  const { ask, end } = pool({ kindOf: ([kind]) => kind!, most: 2 });
  for (const item of ['a1', 'b1', 'a2', 'a3', 'b2']) void ask(item);
  expect([await end(), await end(), await end()]).toEqual([['a1', 'a2'], ['b1', 'b2'], ['a3']]);
});

test('each item of a failed statement is tried by itself, and only those at fault fail', async () => {
  const { ask, end } = pool();
  const asked = [ask('a'), ask('b')];
  await end(new Error('together'));
  expect(await end(new Error('a alone'))).toEqual(['a']);
  expect(await end()).toEqual(['b']);
  expect(await Promise.all(asked)).toEqual(['a alone', 'B']);
});

test('nothing is tried again while the server is away', async () => {
  const { ask, end, underWay } = pool();
  const asked = [ask('a'), ask('b')];
  const away = unavailable('PostgreSQL', new Error('away'));
  await end(away);
  expect(await underWay()).toEqual([]);
  expect(await Promise.all(asked)).toEqual([away.message, away.message]);
  void ask('c');
  expect(await underWay()).toEqual([['c']]);
});

test('an item that has waited until the deadline is not begun', async () => {
  const { ask, end, underWay, pass } = pool();
  void ask('a');
  await underWay();
  const late = ask('b');
  pass(600);
  void ask('c');
  pass(400);
  await end();
  expect(await underWay()).toEqual([['c']]);
  expect(await late).toBe(unavailable('PostgreSQL', new Error()).message);
});

test('a statement for several traced callers is a span of one, and links to the others', async () => {
  const { tracing, spans } = testTracing();
  const { ask, end } = pool();
  const [first, second, third] = ['first', 'second', 'third'].map((name) => tracing.begin(name, {}));
  const asked = [
    rootSpan(first!, () => ask('a')),
    ask('b'),
    rootSpan(second!, () => ask('c')),
    rootSpan(third!, () => ask('d')),
  ];
  expect([await end(), await Promise.all(asked)]).toEqual([
    ['a', 'b', 'c', 'd'],
    ['A', 'B', 'C', 'D'],
  ]);
  const statement = (await spans(4)).find(({ name }) => name === 'gathered statement');
  expect(statement?.parentSpanContext?.spanId).toBe(first!.spanId);
  expect(statement?.links.map(({ context }) => context.spanId)).toEqual([second!.spanId, third!.spanId]);
});
