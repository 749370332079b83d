import { attributes } from '../../../../services/search/adapters/elasticsearch/attributes.ts';
import { eventIndex } from '../../../../services/search/adapters/elasticsearch/mapping.ts';
import type { EventDocument } from '../../../../services/search/domain/index/event-document.ts';
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
  const write = async (version: number) => {
    const began = performance.now();
    for (let at = 0; at < documents.length; at += perBulk) {
      const lines = documents.slice(at, at + perBulk).map((document) => entry(document, version));
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

function entry(document: EventDocument, version: number): string {
  const action = { index: { _id: String(document.id), version, version_type: 'external_gte' } };
  return `${JSON.stringify(action)}\n${JSON.stringify({ ...document, ...attributes(document), gone: false, version: String(version) })}\n`;
}
