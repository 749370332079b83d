import { cityOf } from '../../domain/query/city-names.ts';
import type { NameKind, NameQuery, Suggestions } from '../../domain/query/suggested-names.ts';
import type { DocumentStore } from './document-store.ts';
import type { Stepwise } from './turns.ts';

/** Finds the names in the store that begin as typed. */
export function* suggest(store: DocumentStore, query: NameQuery): Stepwise<Suggestions> {
  const { dateMs, attributes, document } = store;
  const { names } = attributes;
  const events = { dateMs, uuid: (slot: number) => document(slot).uuid };
  const textsOf = function* (kind: NameKind): Stepwise<string[]> {
    return (yield* names.find(kind, query, events)).map(({ text }) => text);
  };
  return {
    events: (yield* names.find('event', query, events)).map(({ slot }) => {
      const { uuid, name, date, location } = document(slot);
      return { uuid, name, date, location };
    }),
    performers: (yield* textsOf('performer')).map((name) => ({ name })),
    venues: (yield* textsOf('venue')).map((location) => ({ location })),
    cities: (yield* textsOf('city')).map(cityOf),
  };
}
