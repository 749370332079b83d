import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { EventDocument } from '../domain/index/event-document.ts';
import type { SearchQuery, SearchResult } from '../domain/query/search-query.ts';
import { meaningOf, type Way } from '../domain/relevance/meaning.ts';
import { scoreOf } from '../domain/relevance/score.ts';
import { termsOf } from '../domain/relevance/terms.ts';
import { someEvent } from '../testing.ts';

type Put = (...events: (Partial<EventDocument> & { id: number })[]) => Promise<unknown>;
type Search = (text: string, query?: Partial<SearchQuery>) => Promise<SearchResult>;

/** Why all indexes agree: each finds what the domain says of each event, in that order. */
export function asTheDomainSays(put: Put, search: Search): void {
  test('any search finds what the domain says of each event, best first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 12 }), fc.array(text, { minLength: 6 }), async (parts, texts) => {
        const events = Array.from({ length: 12 }, (_, at) =>
          someEvent({ id: at + 1, date: `2030-02-${10 + (at % 4)}T19:00:00Z`, ...(parts[at] ?? { name: 'other' }) }),
        );
        await put(...events);
        for (const [at, asked] of texts.entries()) {
          const way = { isLoose: at % 2 === 1, needsOne: at % 3 === 1 };
          const { hits, total } = await search(asked, { size: 20, ...way });
          const expected = expectedOf(events, asked, way);
          expect([asked, total, hits.map(({ uuid }) => uuid)]).toEqual([asked, expected.length, expected]);
        }
      }),
      { numRuns: 12 },
    );
  });
}

function expectedOf(events: EventDocument[], text: string, way: Way): string[] {
  const meaning = meaningOf(text, Date.parse('2030-01-01T00:00:00Z'), way);
  return events
    .flatMap((event) => {
      const found = scoreOf(meaning, termsOf(event));
      return found ? [{ event, score: found.score }] : [];
    })
    .sort((a, b) => b.score - a.score || compare(a.event.date, b.event.date) || compare(a.event.uuid, b.event.uuid))
    .map(({ event }) => event.uuid);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Words that are near, beginnings, misspelt ones, parts, other numbers or other spellings of each other, and noise. */
const word = fc.constantFrom(
  ...['gala', 'galas', 'gale', 'glaa', 'night', 'the', 'live', 'who', 'AC/DC', 'acdc', 'cold', 'play', 'Coldplay'],
  ...['coldpaly', 'xylophone', 'xylphoen', 'Ke$ha', 'kesha', 'Köln', 'koeln', 'Queen', 'queens', '!!!', '東京', 'in'],
  ...['coldlp', 'xlyop', 'xylopohn', 'symhp', 'coludp', 'кцоне', 'концерт'],
  ...['KoЯn', 'tickets', 'Die', 'Ärzte', 'R.E.M.', 'rem', "Guns N' Roses", 'symphony', 'symphonies', 'berlin', 'bel'],
);
const text = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));
const event = fc.record({
  name: text,
  description: fc.oneof(fc.constant(''), text),
  location: fc.oneof(fc.constant('Hall, Berlin'), text),
  performers: fc.array(text, { maxLength: 3 }),
});
