import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { readConfig } from '../../../../shared/config/environment.ts';
import { stackAddress } from '../../../../shared/testing/stack.ts';
import type { EventDocument } from '../../domain/index/event-document.ts';
import { elasticsearchConfig, elasticsearchVariables } from '../../elasticsearch-config.ts';
import { someEvent } from '../../testing.ts';
import { type ElasticsearchIndex, elasticsearchIndex } from './elasticsearch-index.ts';

// The index as the last release has left it, which this one replaces while both write and search.

setDefaultTimeout(120_000);

const address = stackAddress('ELASTICSEARCH_ADDR').split(',')[0]!;
const name = `test-${randomBytes(6).toString('hex')}`;
const opened: ElasticsearchIndex[] = [];
beforeAll(makeOldIndex);
afterAll(async () => {
  for (const index of Object.keys(await elasticsearch('GET', `/${name}.*`))) await elasticsearch('DELETE', `/${index}`);
  for (const index of opened) await index.close();
});

function open(): ElasticsearchIndex {
  const env = { ELASTICSEARCH_ADDR: address, ELASTICSEARCH_INDEX: name };
  const index = elasticsearchIndex(elasticsearchConfig(readConfig(elasticsearchVariables, env))!);
  opened.push(index);
  return index;
}

// biome-ignore lint/suspicious/noExplicitAny: Elasticsearch's answers, of many shapes.
async function elasticsearch(method: string, path: string, body?: object | string): Promise<any> {
  const headers = { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${address}${path}`, { method, headers, ...(body && { body: text }) });
  return response.json();
}

const events = 2000;

/** Shape 2, with an analysis of the same names: what an index has of its own must not matter. */
async function makeOldIndex(): Promise<void> {
  const text = { type: 'text', analyzer: 'event_text', search_analyzer: 'event_query', index_options: 'freqs' };
  const plain = { type: 'custom', tokenizer: 'standard', filter: ['lowercase', 'asciifolding'] };
  const properties = {
    id: { type: 'long' },
    uuid: { type: 'keyword' },
    name: text,
    performers: text,
    location: text,
    description: text,
    date: { type: 'date' },
    currency: { type: 'keyword', index: false, doc_values: false },
    version: { type: 'long' },
    gone: { type: 'boolean' },
    gone_at: { type: 'date' },
  };
  await elasticsearch('PUT', `/${name}.old`, {
    settings: {
      number_of_shards: 1,
      refresh_interval: '-1',
      max_result_window: 10_001,
      analysis: { analyzer: { event_text: plain, event_query: plain } },
    },
    mappings: { _meta: { shape: 2 }, dynamic: 'strict', properties },
    aliases: { [name]: { is_write_index: true }, [`${name}.write.old`]: {} },
  });
  const lines = rows().flatMap(({ price_from: _, seats_left: __, popularity: ___, ...old }) => [
    JSON.stringify({ index: { _id: String(old.id), version: 1, version_type: 'external_gte' } }),
    JSON.stringify({ ...onlyKnown(old, properties), gone: false, version: '1' }),
  ]);
  await elasticsearch('POST', `/${name}.old/_bulk?refresh=true`, `${lines.join('\n')}\n`);
}

const onlyKnown = (document: object, properties: object) =>
  Object.fromEntries(Object.entries(document).filter(([member]) => member in properties));

const rows = () => Array.from({ length: events }, (_, at) => someEvent({ id: at + 1, name: `Gala ${at + 1}` }));

async function* slowly(documents: EventDocument[]): AsyncIterable<EventDocument[]> {
  for (let at = 0; at < documents.length; at += 200) yield documents.slice(at, at + 200);
}

test('the last release’s index is replaced under writes and searches: none fails, and nothing is lost', async () => {
  const [builder, follower, reader] = [open(), open(), open()];
  expect([await builder.isBuilt(), await builder.isOutdated()]).toEqual([true, true]);
  let isOver = false;
  let version = 1000n;
  const newest = new Map<number, string>();

  async function write(): Promise<void> {
    for (let round = 0; !isOver || round < 20; round++) {
      const ids = [1 + (round % 400), 5001 + (round % 40)];
      const upserts = ids.map((id) => someEvent({ id, name: `Changed ${round}`, seats_left: round, popularity: 3 }));
      const deletes = [1001 + (round % 300)];
      expect(await follower.apply({ upserts, deletes, version: ++version })).toEqual([]);
      for (const { id, name } of upserts) newest.set(id, name);
      for (const id of deletes) newest.set(id, 'deleted');
    }
  }
  const totals: number[] = [];
  async function search(): Promise<void> {
    while (!isOver) {
      const { total, next } = await reader.search({ text: 'gala', now: 0, size: 10 });
      totals.push(total);
      if (next) await reader.search({ text: 'gala', now: 0, size: 10, after: next });
    }
  }

  const [writing, searching] = [write(), search()];
  // The rows as they were at that version: what was written since must not be lost to them.
  await builder.replaceAll(slowly(rows()), 1000n);
  isOver = true;
  await Promise.all([writing, searching]);

  expect(await open().isOutdated()).toBe(false);
  expect(totals.length).toBeGreaterThan(5);
  expect(Math.min(...totals)).toBeGreaterThan(events - 800);
  const found = new Map<number, EventDocument>();
  for await (const batch of reader.scan(1000)) for (const one of batch) found.set(one.id, one);
  for (const [id, name] of newest) expect(found.get(id)?.name ?? 'deleted').toBe(name);
  for (const { id } of rows()) if (!newest.has(id)) expect(found.has(id)).toBe(true);
  const changed = [...newest].find(([, name]) => name.startsWith('Changed'))!;
  expect(found.get(changed[0])).toMatchObject({ popularity: 3, seats_left: expect.any(Number) });
  console.log(`${totals.length} searches and ${version - 1000n} writes during the replacement`);
});
