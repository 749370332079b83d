import type { EventDocument } from '../../domain/index/event-document.ts';
import { nameFields, together, wordFields } from '../../domain/relevance/terms.ts';
import { attributeProperties } from './attributes.ts';

/** Add one whenever documents get another member, or keep one in another way: the index is then built anew. */
const shape = 4;

/** The settings and mappings of an index of events. */
export const eventIndex = () => ({
  settings: {
    number_of_shards: 1,
    auto_expand_replicas: '0-1',
    // Each writer refreshes, once for all that it wrote.
    refresh_interval: '-1',
    // A page asks for one more than it shows.
    max_result_window: 10_001,
  },
  mappings: {
    _meta: { shape },
    dynamic: 'strict',
    properties: {
      id: { type: 'long' },
      uuid: { type: 'keyword' },
      name: text,
      performers: text,
      location: text,
      description: text,
      date: { type: 'date' },
      currency: { type: 'keyword', index: false, doc_values: false },
      terms: { properties: terms() },
      version: { type: 'long' },
      gone: { type: 'boolean' },
      gone_at: { type: 'date' },
      ...attributeProperties,
    } satisfies Record<keyof EventDocument | 'terms' | 'version' | 'gone' | 'gone_at', object>,
  },
});

/** The settings and mappings of the index of notes: see `generation.ts` and `heartbeats.ts`. */
export const notesIndex = () => ({
  settings: { number_of_shards: 1, auto_expand_replicas: '0-1' },
  mappings: { dynamic: 'strict', properties: { value: { type: 'keyword', index: false }, at: { type: 'long' } } },
});

/** Only asked for, as it is: what a term is and what it is worth is decided before. */
const term = { type: 'keyword', doc_values: false, norms: false };

const terms = () => {
  const fields = [...wordFields, ...nameFields, ...Object.keys(together)];
  return Object.fromEntries(fields.map((field) => [field, term]));
};

/** For processes of the release before, which search in these. */
const text = { type: 'text', norms: false, index_options: 'docs' };
