import { afterEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { readConfig } from '../../../../shared/config/environment.ts';
import { isAppError } from '../../../../shared/errors.ts';
import { testClock } from '../../../../shared/testing/clock.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import { stackAddress } from '../../../../shared/testing/stack.ts';
import type { EventDocument } from '../../domain/index/event-document.ts';
import type { SearchCursor } from '../../domain/query/search-query.ts';
import { elasticsearchConfig, elasticsearchVariables } from '../../elasticsearch-config.ts';
import { someEvent } from '../../testing.ts';
import { searchIndexConformance } from '../search-index.conformance.ts';
import { elasticsearchIndex } from './elasticsearch-index.ts';
import { eventIndex } from './mapping.ts';

setDefaultTimeout(60_000);

const address = stackAddress('ELASTICSEARCH_ADDR').split(',')[0]!;
const closes: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

searchIndexConformance('Elasticsearch', async () => {
  const name = newName();
  const index = elasticsearchIndex(configOf(name));
  return { index, close: () => removeAll(name).then(index.close) };
});

describe('several processes', () => {
  test('a rebuild while another process goes on: no search fails, nothing is lost', async () => {
    const { open } = await start(Array.from({ length: 3000 }, (_, i) => someEvent({ id: i + 1, name: `Gala ${i}` })));
    const [builder, follower, reader] = [open(), open(), open()];
    let isOver = false;
    let version = 1000n;
    const newest = new Map<number, string>();

    async function follow(): Promise<void> {
      for (let round = 0; !isOver; round++) {
        const ids = [1 + (round % 500), 2001 + (round % 500), 5001 + (round % 50)];
        const upserts = ids.map((id) => someEvent({ id, name: `Changed ${round} ${id}` }));
        const deletes = [1001 + (round % 500)];
        await follower.apply({ upserts, deletes, version: ++version });
        for (const { id, name } of upserts) newest.set(id, name);
        for (const id of deletes) newest.set(id, 'deleted');
      }
    }
    async function read(): Promise<number> {
      let searches = 0;
      for (; !isOver; searches++) {
        const { total, next } = await reader.search({ text: 'gala', now: 0, size: 10 });
        expect(total).toBeGreaterThan(1000);
        await reader.search({ text: 'gala', now: 0, size: 10, after: next! });
      }
      return searches;
    }

    const following = follow();
    const reading = read();
    for (let build = 0; build < 3; build++) {
      // The rows as they were at that version: what is newer must not be lost to them.
      const rows = Array.from({ length: 3000 }, (_, i) => someEvent({ id: i + 1, name: `Gala ${i}` }));
      await builder.replaceAll(slowly(rows), 1000n);
    }
    isOver = true;
    await following;
    expect(await reading).toBeGreaterThan(10);

    const found = new Map((await scanned(reader)).map(({ id, name }) => [id, name]));
    for (const [id, name] of newest) expect(found.get(id) ?? 'deleted').toBe(name);
    expect(newest.size).toBeGreaterThan(50);
    expect(await indexes(reader.name)).toHaveLength(1);
  });

  test('builds at the same time do no harm', async () => {
    const { open, name } = await start([]);
    const rows = [1, 2, 3].map((id) => someEvent({ id, name: `Gala ${id}` }));
    await Promise.all([10n, 11n, 12n, 13n].map((version) => open().replaceAll(slowly(rows), version)));
    expect(await scanned(open())).toEqual(rows);
    expect(await indexes(name)).toHaveLength(1);
  });

  test('first builds at the same time, too', async () => {
    const { open, name } = await start();
    const rows = [1, 2, 3].map((id) => someEvent({ id, name: `Gala ${id}` }));
    await Promise.all([10n, 11n, 12n].map((version) => open().replaceAll(slowly(rows), version)));
    expect(await scanned(open())).toEqual(rows);
    expect(await indexes(name)).toHaveLength(1);
  });

  test('a change is in the generation of others within a second, and can be found then', async () => {
    const { open } = await start([]);
    const [writer, reader] = [open(), open()];
    const before = await reader.generation();
    await writer.apply({ upserts: [someEvent({ id: 1, name: 'Gala' })], deletes: [], version: 2n });
    await eventually(async () => expect(await reader.generation()).not.toBe(before));
    expect(await reader.generation()).toBe(await writer.generation());
    expect((await reader.search({ text: 'gala', now: 0, size: 1 })).total).toBe(1);
  });
});

describe('builds that end early', () => {
  test('leave nothing built, and are removed once they are silent, whatever their clock says', async () => {
    const { open, name } = await start();
    const killed = open({ clock: testClock(Date.parse('2099-01-01')) });
    const endless = Promise.withResolvers<void>();
    const building = killed.replaceAll(stuck(endless.promise), 1n).catch((error) => error);
    await eventually(async () => expect(await indexes(name)).toHaveLength(1));
    expect(await killed.isBuilt()).toBe(false);
    expect(await killed.count()).toBe(0);
    const refused = await killed.search({ text: '', now: 0, size: 1 }).catch((error) => error);
    expect(isAppError(refused, 'unavailable')).toBe(true);

    const clock = testClock();
    const index = open({ clock });
    await index.removeAbandoned();
    clock.advance(4 * 60_000);
    await index.removeAbandoned();
    expect(await indexes(name)).toHaveLength(1);
    clock.advance(2 * 60_000);
    await index.removeAbandoned();
    expect(await indexes(name)).toHaveLength(0);

    endless.resolve();
    expect(isAppError(await building, 'unavailable')).toBe(true);
  });

  test('are removed beside one that another process goes on with, and the live one', async () => {
    const { open, name } = await start([someEvent({ id: 1 })]);
    const clock = testClock();
    const index = open({ clock });
    const [live] = await indexes(name);
    const endless = Promise.withResolvers<void>();
    const begin = async () => {
      const before = await indexes(name);
      const ended = open()
        .replaceAll(stuck(endless.promise), 2n)
        .catch((error) => error);
      await eventually(async () => expect(await indexes(name)).toHaveLength(before.length + 1));
      return { ended, build: (await indexes(name)).find((one) => !before.includes(one))! };
    };
    const [killed, alive] = [await begin(), await begin()];
    await index.removeAbandoned();
    clock.advance(6 * 60_000);
    const beat = `build.${alive.build.slice(name.length + 1)}`;
    await elasticsearch('PUT', `/${name}.notes/_doc/${beat}`, { at: 1 });
    await index.removeAbandoned();
    expect((await indexes(name)).sort()).toEqual([live!, alive.build].sort());

    endless.resolve();
    expect(isAppError(await killed.ended, 'unavailable')).toBe(true);
    expect(await alive.ended).toEqual([]);
    expect((await scanned(index)).map(({ id }) => id)).toEqual([77, 78]);
  });
});

test('a build is of one segment, for a search costs by the segment', async () => {
  const { name, open } = await start();
  const documents = Array.from({ length: 1500 }, (_, at) => someEvent({ id: at + 1, name: `Gala ${at}` }));
  await open().replaceAll(batches([documents]), 1n);
  const [index] = await indexes(name);
  const { indices } = await elasticsearch('GET', `/${index}/_segments`);
  expect(indices[index!].shards[0][0].num_search_segments).toBe(1);
});

test('an index of an older release takes what this one writes, is searched, and is replaced by a rebuild', async () => {
  const { name, open } = await start();
  const { settings, mappings } = eventIndex();
  const { currency: _, ...properties } = mappings.properties;
  const build = `${name}.old`;
  const aliases = { [name]: { is_write_index: true }, [`${name}.write.old`]: {} };
  await elasticsearch('PUT', `/${build}`, { settings, mappings: { dynamic: 'strict', properties }, aliases });
  const { currency: __, ...old } = someEvent({ id: 1, name: 'Old gala' });
  await elasticsearch('PUT', `/${build}/_doc/1?refresh=true`, { ...old, gone: false, version: '1' });

  const index = open();
  expect([await index.isBuilt(), await index.isOutdated()]).toEqual([true, true]);
  const found = async () => {
    const { hits } = await index.search({ text: 'gala', now: 0, size: 10 });
    return hits.map((hit) => [hit.name, hit.currency]).sort();
  };
  expect(await found()).toEqual([['Old gala', null]]);
  const upserts = [someEvent({ id: 2, name: 'New gala', currency: 'EUR' })];
  expect(await index.apply({ upserts, deletes: [], version: 2n })).toEqual([]);
  expect(await found()).toEqual([
    ['New gala', 'EUR'],
    ['Old gala', null],
  ]);
  expect(await scanned(index)).toEqual([someEvent({ id: 1, name: 'Old gala' }), ...upserts]);
  expect(await index.isOutdated()).toBe(true);

  await index.replaceAll(batches([[someEvent({ id: 1, name: 'Old gala', currency: 'USD' })]]), 1n);
  expect(await index.isOutdated()).toBe(false);
  expect(await open().isOutdated()).toBe(false);
  expect(await found()).toEqual([
    ['New gala', 'EUR'],
    ['Old gala', 'USD'],
  ]);
});

test('a document that Elasticsearch cannot take is reported, and the others are in', async () => {
  const { open } = await start([]);
  const index = open();
  const [good, bad, fine] = [
    someEvent({ id: 1, name: 'good' }),
    someEvent({ id: 2, name: 'bad', date: '123456-01-01T00:00:00Z' }),
    someEvent({ id: 3, name: 'fine' }),
  ];
  const rejected = await index.apply({ upserts: [good, bad, fine], deletes: [4], version: 2n });
  expect(rejected).toEqual([{ id: 2, cause: expect.stringContaining('failed to parse field [date]') }]);
  expect(await scanned(index)).toEqual([good, fine]);
  expect(await index.replaceAll(batches([[fine], [bad]]), 3n)).toEqual([{ id: 2, cause: expect.any(String) }]);
  expect(await scanned(index)).toEqual([fine]);
});

test('hostile texts are indexed and searched', async () => {
  const { open } = await start([]);
  const index = open();
  const odd = [
    someEvent({ id: 1, name: 'x'.repeat(100_000), description: `${'word '.repeat(50_000)}needle` }),
    someEvent({ id: 3, name: '東'.repeat(50_000), description: `${"a'".repeat(50_000)} ${"'".repeat(50_000)}a` }),
    someEvent({ id: 4, name: '"quotes" \\ \n\u0000\u2028 {}', description: '\ud83c\udf89 party', performers: [''] }),
  ];
  expect(await index.apply({ upserts: odd, deletes: [], version: 2n })).toEqual([]);
  expect(await scanned(index)).toEqual(odd);
  const find = (text: string) => index.search({ text, now: 0, size: 10 });
  for (const word of ['needle', 'party', 'quotes']) expect((await find(word)).total).toBe(1);
  const everyWord = Array.from({ length: 66 }, (_, i) => `a${(i + 100).toString(36)}`).join(' ');
  expect((await find(everyWord.slice(0, 200))).total).toBe(0);
});

test('more than 10,000 events by cursor, each once', async () => {
  const rows = Array.from({ length: 10_500 }, (_, i) =>
    someEvent({ id: i + 1, name: 'Gala', date: `2030-06-${String(1 + (i % 28)).padStart(2, '0')}T19:00:00Z` }),
  );
  const { open } = await start(rows);
  const index = open();
  for (const text of ['gala', '']) {
    const seen = new Set<string>();
    let after: SearchCursor | undefined;
    do {
      const { hits, total, next } = await index.search({ text, now: 0, size: 1000, ...(after && { after }) });
      expect(total).toBe(rows.length);
      for (const { uuid } of hits) seen.add(uuid);
      after = next;
    } while (after);
    expect(seen.size).toBe(rows.length);
  }
  const deepest = await index.search({ text: '', now: 0, from: 9_900, size: 100 });
  expect([deepest.hits.length, deepest.next !== undefined]).toEqual([100, true]);
});

test('a view that a client has changed, at any of its bytes, is no failure of the server', async () => {
  const { open } = await start([1, 2, 3].map((id) => someEvent({ id, name: 'Gala' })));
  const index = open();
  const first = await index.search({ text: 'gala', now: 0, size: 1 });
  const view = Buffer.from(first.next!.view!, 'base64');
  for (let at = 0; at < view.length; at++) {
    for (const byte of [0, 0xff, view[at]! ^ 1]) {
      const forged = Buffer.from(view)
        .fill(byte, at, at + 1)
        .toString('base64');
      const after = { ...first.next!, view: forged };
      // Elasticsearch takes some for views of nothing.
      expect([0, 2]).toContain((await index.search({ text: 'gala', now: 0, size: 5, after })).hits.length);
    }
  }
});

test('a view that Elasticsearch has lost: lists go on, and new ones begin', async () => {
  const { open } = await start(Array.from({ length: 30 }, (_, i) => someEvent({ id: i + 1, name: 'Gala' })));
  const index = open();
  const first = await index.search({ text: 'gala', now: 0, size: 10 });
  await elasticsearch('DELETE', '/_pit', { id: first.next!.view });
  const second = await index.search({ text: 'gala', now: 0, size: 10, after: first.next! });
  await elasticsearch('DELETE', '/_pit', { id: second.next!.view });
  expect((await index.search({ text: 'gala', now: 0, size: 100 })).hits).toHaveLength(30);
  const third = await index.search({ text: 'gala', now: 0, size: 10, after: second.next! });
  const seen = [...first.hits, ...second.hits, ...third.hits].map((hit) => hit.uuid);
  expect([new Set(seen).size, third.next]).toEqual([30, undefined]);
  expect(second.next!.view).not.toBe(first.next!.view);
});

describe('an Elasticsearch that', () => {
  const calls = (index: ReturnType<typeof elasticsearchIndex>) => ({
    search: () => index.search({ text: 'gala', now: 0, size: 10 }),
    'search by cursor': () =>
      index.search({ text: 'gala', now: 0, size: 10, after: { key: 1, dateMs: 1, uuid: 'u', view: 'v' } }),
    generation: () => index.generation(),
    count: () => index.count(),
    ping: () => index.ping(),
  });

  async function expectUnavailable(nodes: string): Promise<void> {
    const index = elasticsearchIndex(configOf(newName(), nodes));
    closes.push(index.close);
    for (const [name, call] of Object.entries(calls(index))) {
      const startedAt = performance.now();
      const failure = await call().catch((error: unknown) => error);
      expect([name, isAppError(failure, 'unavailable')]).toEqual([name, true]);
      expect(performance.now() - startedAt).toBeLessThan(2000);
    }
  }

  test('is not there', async () => {
    const gone = createServer();
    const port = await listen(gone);
    await new Promise((resolve) => gone.close(resolve));
    const away = `http://127.0.0.1:${port}`;
    await expectUnavailable(away);
    const index = elasticsearchIndex(configOf(newName(), away));
    closes.push(index.close);
    const work = [
      index.apply({ upserts: [someEvent({ id: 1 })], deletes: [], version: 1n }),
      index.replaceAll(batches([]), 1n),
      index.isBuilt(),
      scanned(index),
    ];
    for (const one of work) expect(isAppError(await one.catch((error) => error), 'unavailable')).toBe(true);
  });

  test('takes connections and never responds', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const silent = createServer((socket) => void sockets.add(socket.on('error', () => {})));
    const port = await listen(silent);
    closes.push(async () => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    await expectUnavailable(`http://127.0.0.1:${port}`);
  });

  test('is away after it was there: the generation stays, and is returned at once', async () => {
    const { config } = await start([]);
    const link = await forward(new URL(address));
    const clock = testClock();
    const index = elasticsearchIndex({ ...config, nodes: [link.url] }, { clock });
    closes.push(index.close);
    const known = await index.generation();
    link.cut();
    for (let i = 0; i < 20; i++) {
      clock.advance(600);
      expect(await index.generation()).toBe(known);
    }
    const failure = await index.search({ text: '', now: 0, size: 1 }).catch((error) => error);
    expect(isAppError(failure, 'unavailable')).toBe(true);
    await link.mend();
    await eventually(() => index.search({ text: '', now: 0, size: 1 }));
    expect(await index.generation()).toBe(known);
  });
});

/** An index of its own name, built from `rows` if they are given, and any number of processes' sights of it. */
async function start(rows?: EventDocument[]) {
  const name = newName();
  const config = configOf(name);
  closes.push(() => removeAll(name));
  const open = (options: Parameters<typeof elasticsearchIndex>[1] = {}) => {
    const index = elasticsearchIndex(config, options);
    closes.push(index.close);
    return { ...index, name };
  };
  if (rows) await open().replaceAll(batches([rows]), 1n);
  return { name, config, open };
}

function newName(): string {
  return `test-${randomBytes(6).toString('hex')}`;
}

function configOf(name: string, nodes = address) {
  const env = { ELASTICSEARCH_ADDR: nodes, ELASTICSEARCH_INDEX: name };
  return elasticsearchConfig(readConfig(elasticsearchVariables, env))!;
}

// biome-ignore lint/suspicious/noExplicitAny: Elasticsearch's answers, of many shapes.
async function elasticsearch(method: string, path: string, body?: object): Promise<any> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${address}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return response.json();
}

/** The indexes of events under a name: the live one, and builds. */
async function indexes(name: string): Promise<string[]> {
  return Object.keys(await elasticsearch('GET', `/${name}.*`)).filter((index) => index !== `${name}.notes`);
}

async function removeAll(name: string): Promise<void> {
  for (const index of Object.keys(await elasticsearch('GET', `/${name}.*`))) await elasticsearch('DELETE', `/${index}`);
}

async function scanned(index: ReturnType<typeof elasticsearchIndex>): Promise<EventDocument[]> {
  const found: EventDocument[] = [];
  for await (const batch of index.scan(1000)) found.push(...batch);
  return found;
}

async function* batches(documents: EventDocument[][]): AsyncIterable<EventDocument[]> {
  yield* documents;
}

/** Yields small batches, so that much happens meanwhile. */
async function* slowly(documents: EventDocument[]): AsyncIterable<EventDocument[]> {
  for (let at = 0; at < documents.length; at += 300) yield documents.slice(at, at + 300);
}

async function* stuck(until: Promise<void>): AsyncIterable<EventDocument[]> {
  yield [someEvent({ id: 77 })];
  await until;
  yield [someEvent({ id: 78 })];
}

function listen(server: ReturnType<typeof createServer>, port = 0): Promise<number> {
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
}

/** A way to a server that can be cut and mended. */
async function forward({ hostname, port }: URL) {
  const sockets = new Set<Socket>();
  const accept = (socket: Socket) => {
    const onward = connect(Number(port), hostname);
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {}).on('close', () => to.destroy());
      from.pipe(to);
    }
  };
  let server = createServer(accept);
  const own = await listen(server);
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  closes.push(async () => cut());
  return {
    url: `http://127.0.0.1:${own}`,
    cut,
    async mend() {
      server = createServer(accept);
      await listen(server, own);
    },
  };
}
