import type { Client } from '@elastic/elasticsearch';
import MiniSearch from 'minisearch';
import type { EventDocument } from '../../services/search/domain/index/event-document.ts';
import type { Engine } from './engines.ts';

/** What a user would take instead, on the same documents. */

const textsOf = ({ uuid, name, description, location, performers }: EventDocument) => ({
  ...{ id: uuid, name, description, location },
  performers: performers.join(' '),
});

/** MiniSearch with the options that its documentation begins with. */
export function plainMiniSearch(documents: EventDocument[]): Engine {
  const index = new MiniSearch({
    fields: ['name', 'performers', 'location', 'description'],
    searchOptions: { fuzzy: 0.2, prefix: true, boost: { name: 2 } },
  });
  index.addAll(documents.map(textsOf));
  return {
    name: 'plain MiniSearch',
    async ask(q, { size = 10 } = {}) {
      const found = index.search(q);
      return { total: found.length, uuids: found.slice(0, size).map(({ id }) => id as string) };
    },
  };
}

/** Elasticsearch with its usual analysis and one `multi_match`; its index is the caller's to delete. */
export async function plainElasticsearch(client: Client, index: string, documents: EventDocument[]): Promise<Engine> {
  const text = { type: 'text' as const };
  await client.indices.create({
    index,
    settings: { number_of_shards: 1, number_of_replicas: 0 },
    mappings: { properties: { name: text, performers: text, location: text, description: text } },
  });
  const operations = documents.map(textsOf).flatMap(({ id, ...texts }) => [{ index: { _id: id } }, texts]);
  const { errors } = await client.bulk({ index, operations, refresh: true });
  if (errors) throw new Error('Elasticsearch refused a document of the baseline');
  return {
    name: 'plain Elasticsearch',
    async ask(query, { size = 10 } = {}) {
      const { hits } = await client.search({
        ...{ index, size, track_total_hits: true, _source: false },
        query: { multi_match: { query, fields: ['name^4', 'location^2', 'description'], fuzziness: 'AUTO' } },
      });
      const { total = 0 } = hits;
      return { total: typeof total === 'number' ? total : total.value, uuids: hits.hits.map(({ _id }) => _id!) };
    },
  };
}
