import { beforeEach, describe, expect, test } from 'bun:test';
import type { EventDocument } from '../domain/index/event-document.ts';
import type { SearchQuery, SearchResult } from '../domain/query/search-query.ts';

type Put = (...events: (Partial<EventDocument> & { id: number })[]) => Promise<unknown>;
type Search = (text: string, query?: Partial<SearchQuery>) => Promise<SearchResult>;

/** Queries to a small catalogue, and the events that every index finds, in this order. */
export function agreedQueries(put: Put, search: Search): void {
  describe('agreed queries', () => {
    beforeEach(() => put(...catalogue));

    test.each(queries)('%s', async (text, expected) => {
      const { hits, total, next } = await search(text, { size: 20 });
      expect(hits.map((hit) => hit.name)).toEqual(expected);
      expect(total).toBe(expected.length);
      expect(next).toBeUndefined();
    });

    test.each(queries)('%s, page by page', async (text, expected) => {
      for (let from = 0; from <= expected.length; from += 2) {
        const { hits, total, next } = await search(text, { from, size: 2 });
        expect(hits.map((hit) => hit.name)).toEqual(expected.slice(from, from + 2));
        expect([total, next !== undefined]).toEqual([expected.length, from + 2 < expected.length]);
      }
    });
  });
}

const catalogue: (Partial<EventDocument> & { id: number })[] = [
  {
    id: 1,
    name: 'Madison Nights',
    date: '2030-05-01T19:00:00Z',
    location: 'Blue Note, Milano',
    performers: ['Ella Verne Trio'],
    description: 'An evening of standards by the lake.',
  },
  {
    id: 2,
    name: 'Champions Boxing',
    date: '2030-04-01T19:00:00Z',
    location: 'Madison Square Garden, New York',
    performers: ['Ray Duke', 'Tom Weir'],
    description: 'Twelve rounds for the belt.',
  },
  {
    id: 3,
    name: 'Quiet Strings',
    date: '2030-03-01T19:00:00Z',
    location: 'Konzerthaus, Berlin',
    performers: ['Madison Quartet'],
    description: 'Chamber music for four.',
  },
  {
    id: 4,
    name: 'Open Air Cinema',
    date: '2030-02-01T19:00:00Z',
    location: 'Riverside Park, Leeds',
    description:
      'The bridges of Madison county under the stars, with blankets, popcorn and hot chocolate. Please come ' +
      'with a chair of your own; the meadow opens at six, and we start as soon as it is dark enough to see the screen.',
  },
  {
    id: 5,
    name: 'Sigur Rós: Ágætis',
    date: '2030-07-01T19:00:00Z',
    location: 'Harpa, Reykjavík',
    performers: ['Sigur Rós'],
  },
  { id: 6, name: 'Łódź Four Cultures', date: '2030-08-01T19:00:00Z', location: 'Straßenfest, Łódź' },
  { id: 7, name: 'Ωδή στη Χαρά', date: '2030-08-02T19:00:00Z', location: 'ΗΡΩΔΕΙΟ, Αθήνα' },
  { id: 8, name: 'Ёлочный концерт', date: '2030-12-20T19:00:00Z', location: 'Мариинский театр' },
  { id: 9, name: '東京ジャズ祭', date: '2030-09-01T09:00:00Z', location: '日比谷公園', performers: ['上原ひろみ'] },
  { id: 10, name: "Guns N' Roses", date: '2030-06-03T19:00:00Z', location: "O'Connell Street" },
  { id: 11, name: 'Metallica', date: '2030-06-02T19:00:00Z', location: 'Ullevi' },
  { id: 12, name: 'Metallica', date: '2030-06-01T19:00:00Z', location: 'Ullevi' },
  { id: 13, name: 'Metallica', date: '2029-06-01T19:00:00Z', location: 'Ullevi', description: 'Was last year.' },
  { id: 14, name: 'Blink-182 & AC/DC', date: '2030-06-04T19:00:00Z', location: 'Ullevi' },
];

const upcomingByDate = [
  ...['Open Air Cinema', 'Quiet Strings', 'Champions Boxing', 'Madison Nights', 'Metallica', 'Metallica'],
  ...["Guns N' Roses", 'Blink-182 & AC/DC', 'Sigur Rós: Ágætis', 'Łódź Four Cultures', 'Ωδή στη Χαρά'],
  ...['東京ジャズ祭', 'Ёлочный концерт'],
];

const queries: [text: string, expected: string[]][] = [
  ['', upcomingByDate],
  ['madison', ['Madison Nights', 'Quiet Strings', 'Champions Boxing', 'Open Air Cinema']],
  ['madisn', ['Quiet Strings', 'Madison Nights', 'Champions Boxing']],
  ['boxing berlin', ['Quiet Strings', 'Champions Boxing']],
  ['duke boxing garden', ['Champions Boxing']],
  ['quartet madison berlin strings', ['Quiet Strings']],
  ['metallica', ['Metallica', 'Metallica']],
  ['metalika', ['Metallica', 'Metallica']],
  ['mtallica', ['Metallica', 'Metallica']],
  ['emtallica', ['Metallica', 'Metallica']],
  ['xmetalixa', []],
  ['sigur ros', ['Sigur Rós: Ágætis']],
  ['agaetis', ['Sigur Rós: Ágætis']],
  ['rejkjavik', ['Sigur Rós: Ágætis']],
  ['lodz', ['Łódź Four Cultures']],
  ['strassenfest', ['Łódź Four Cultures']],
  ['straßenfest', ['Łódź Four Cultures']],
  ['ωδη', ['Ωδή στη Χαρά']],
  ['ηρωδειο', ['Ωδή στη Χαρά']],
  ['елочный', ['Ёлочный концерт']],
  ['концрет', ['Ёлочный концерт']],
  ['東京', ['東京ジャズ祭']],
  ['祭', ['東京ジャズ祭']],
  ['ｼﾞｬｽﾞ', ['東京ジャズ祭']],
  ['ひろみ', ['東京ジャズ祭']],
  ['東都', []],
  ['oconnell', ["Guns N' Roses"]],
  ["o'connel", ["Guns N' Roses"]],
  ['guns n roses', ["Guns N' Roses"]],
  ['ac', ['Blink-182 & AC/DC']],
  ['ad', []],
  ['182', ['Blink-182 & AC/DC']],
  ['… — !', []],
  ['xylophone', []],
];
