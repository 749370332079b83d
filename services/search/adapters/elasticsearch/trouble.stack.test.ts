import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { isAppError, reasonOf } from '../../../../shared/errors.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { stackAddress } from '../../../../shared/testing/stack.ts';
import { someEvent } from '../../testing.ts';
import { type ElasticsearchIndex, elasticsearchIndex } from './elasticsearch-index.ts';

setDefaultTimeout(60_000);

const address = stackAddress('ELASTICSEARCH_ADDR').split(',')[0]!;
const name = `test-${randomBytes(6).toString('hex')}`;
const closes: (() => unknown)[] = [];
let index: ElasticsearchIndex;
beforeAll(async () => {
  index = elasticsearchIndex({ nodes: [address], index: name });
  await index.replaceAll(gala(), 1n);
});
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
  await block({ 'index.blocks.read_only_allow_delete': null, 'index.blocks.write': null });
});
afterAll(async () => {
  for (const one of Object.keys(await ask('GET', `/${name}.*`))) await ask('DELETE', `/${one}`);
  await index.close();
});

async function* gala() {
  yield Array.from({ length: 200 }, (_, n) => someEvent({ id: n + 1, name: `Gala ${n.toString(36)} opera` }));
}

// biome-ignore lint/suspicious/noExplicitAny: Elasticsearch's answers, of many shapes.
async function ask(method: string, path: string, body?: object): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${address}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return response.json();
}

const block = (settings: Record<string, boolean | null>) => ask('PUT', `/${name}.*/_settings`, settings);
const find = (text = 'gala') => index.search({ text, now: 0, size: 1 });
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test('a healthy index takes changes', async () => {
  await index.expectWritable();
});

test.each([
  ['read_only_allow_delete', 'Elasticsearch takes no changes for the index: its disk is full'],
  ['write', 'Elasticsearch takes no changes for the index: it is blocked by a setting'],
])('an index that is blocked (%s) is searched, and no change is lost or made a dead letter', async (kind, reason) => {
  await block({ [`index.blocks.${kind}`]: true });
  expect(reasonOf(await failureOf(index.expectWritable()))).toBe(reason);
  expect((await find()).total).toBe(200);
  const change = { upserts: [someEvent({ id: 1, name: 'Gala zero' })], deletes: [], version: 5n };
  const failure = await failureOf(elasticsearchIndex({ nodes: [address], index: name }).apply(change));
  expect(isAppError(failure, 'unavailable')).toBe(true);
  expect(JSON.stringify(await failureOf(index.apply(change)))).toContain('unavailable');
  await block({ [`index.blocks.${kind}`]: null });
  expect(await index.apply(change)).toEqual([]);
  await index.expectWritable();
});

test('an index that has lost a part is unfit, and says so', async () => {
  const settings = { number_of_replicas: 0, 'index.routing.allocation.require._name': 'nobody' };
  await ask('PUT', `/${name}.lost?wait_for_active_shards=0`, { settings });
  expect(reasonOf(await failureOf(index.expectWritable()))).toBe(
    'Elasticsearch has lost parts of the index: its health is red',
  );
  expect((await find()).total).toBe(200);
  await ask('DELETE', `/${name}.lost`);
  await index.expectWritable();
});

test('stranded connections are all given up with the first that passes its deadline', async () => {
  const way = await openWay();
  const through = elasticsearchIndex({ nodes: [way.url], index: name });
  closes.push(through.close);
  const search = (text: string) => through.search({ text, now: 0, size: 1 });
  await search('gala');
  await Promise.all(Array.from({ length: 8 }, (_, n) => search(`gala ${n}`)));
  await eventually(() => expect(way.open()).toBeGreaterThan(3));
  way.strand();
  const outcomes: boolean[] = [];
  for (let n = 0; n < 6; n++) outcomes.push((await failureOf(search(`opera ${n}`))) === undefined);
  // The first may wait in vain; where idle connections are kept, each of them makes one more wait.
  expect(outcomes.slice(1)).toEqual([true, true, true, true, true]);
});

test('a process that has just begun waits for a slow Elasticsearch as long as any search may take', async () => {
  const way = await openWay({ delayMs: 300 });
  const through = elasticsearchIndex({ nodes: [way.url], index: name });
  closes.push(through.close);
  // Two round trips, of which the second is the note's: 600 ms, and more than a process that knows it would wait.
  expect(await through.generation()).toBe(await index.generation());
});

test('a crowd of searches is sent a few at a time, and refused beyond the number that can wait', async () => {
  const way = await openWay();
  const through = elasticsearchIndex({ nodes: [way.url], index: name });
  closes.push(through.close);
  const asked = Array.from({ length: 300 }, (_, n) =>
    failureOf(through.search({ text: `gala ${n}`, now: 0, size: 1 })),
  );
  const failures = (await Promise.all(asked)).filter((failure) => failure !== undefined);
  expect(failures.length).toBeGreaterThanOrEqual(100);
  expect(failures.length).toBeLessThan(300);
  expect(failures.every((failure) => isAppError(failure, 'unavailable'))).toBe(true);
  // Of searches, and of what goes with them.
  expect(way.most()).toBeLessThan(20);
});

/** A way to Elasticsearch on which connections can be stranded: they stay open, and nothing comes any more. */
async function openWay({ delayMs = 0 } = {}) {
  const { hostname, port } = new URL(address);
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let most = 0;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    const pair = { near, far };
    pairs.add(pair);
    most = Math.max(most, pairs.size);
    if (delayMs > 0) near.on('data', (sent) => void setTimeout(() => far.write(sent), delayMs));
    else near.pipe(far);
    far.pipe(near);
    far.on('error', () => {});
    near
      .on('error', () => {})
      .on('close', () => {
        pairs.delete(pair);
        far.destroy();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closes.push(() => {
    server.close();
    for (const { near } of pairs) near.destroy();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    open: () => pairs.size,
    most: () => most,
    strand() {
      for (const { near, far } of pairs) {
        near.unpipe();
        far.unpipe();
        // Bytes that are sent are taken and go nowhere.
        near.resume();
      }
    },
  };
}
