import { attributes } from '../../../../services/search/adapters/elasticsearch/attributes.ts';
import { eventIndex } from '../../../../services/search/adapters/elasticsearch/mapping.ts';
import type { EventDocument } from '../../../../services/search/domain/index/event-document.ts';
import { termsOf } from '../../../../services/search/domain/relevance/terms.ts';
import type { World } from '../../world.ts';

const perBulk = 1000;

/**
 * Writes documents by bulk requests, one after the other, into an index of its own with the service's mapping: first
 * into an empty one, then over the same documents. Returns the documents per second of each, until they can be
 * searched.
 */
export async function rawBulk({ databaseEnv }: World, documents: EventDocument[]) {
  const index = `/${databaseEnv.ELASTICSEARCH_INDEX}-raw`;
  const send = async (method: string, path: string, body = '', type = 'application/json') => {
    const sent = { method, headers: { 'Content-Type': type }, ...(body && { body }) };
    const answer = await fetch(databaseEnv.ELASTICSEARCH_ADDR + path, sent);
    const said = (await answer.json()) as { errors?: boolean };
    if (!answer.ok || said.errors) throw new Error(`${method} ${path}: ${JSON.stringify(said).slice(0, 500)}`);
  };
  const sources = documents.map(sourceOf);
  const write = async (version: number) => {
    const began = performance.now();
    for (let at = 0; at < sources.length; at += perBulk) {
      const lines = sources.slice(at, at + perBulk).map((source) => entry(source, version));
      await send('POST', `${index}/_bulk?filter_path=errors`, lines.join(''), 'application/x-ndjson');
    }
    await send('POST', `${index}/_refresh`);
    return documents.length / ((performance.now() - began) / 1000);
  };

  await send('PUT', index, JSON.stringify(eventIndex()));
  try {
    return { intoEmpty: await write(1), over: await write(2) };
  } finally {
    await send('DELETE', index);
  }
}

/** All that the service's documents have; the JSON is made while the clock runs. */
const sourceOf = (document: EventDocument) => ({
  ...document,
  ...attributes(document),
  terms: termsOf(document),
  gone: false,
});

function entry(source: ReturnType<typeof sourceOf>, version: number): string {
  const action = { index: { _id: String(source.id), version, version_type: 'external_gte' } };
  return `${JSON.stringify(action)}\n${JSON.stringify({ ...source, version: String(version) })}\n`;
}
