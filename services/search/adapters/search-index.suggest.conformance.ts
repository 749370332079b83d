import { beforeEach, describe, expect, test } from 'bun:test';
import type { EventDocument } from '../domain/index/event-document.ts';
import type { SearchIndex } from '../domain/index/search-index.ts';
import { beginningsOf, citiesCalled, type Suggestions } from '../domain/query/suggested-names.ts';
import { someEvent } from '../testing.ts';
import type { Put } from './search-index.filters.conformance.ts';

/** Names as somebody types them: every index finds the same. */
export function suggestConformance(put: Put, remove: (...ids: number[]) => Promise<unknown>, at: () => SearchIndex) {
  describe('suggestions', () => {
    beforeEach(() => put(...catalogue));

    const suggested = (text: string, size = 5) => {
      const beginnings = beginningsOf(text);
      return at().suggest({ beginnings, cities: citiesCalled(beginnings), now, size });
    };
    const namesOf = ({ events, performers, venues, cities }: Suggestions) => [
      ...events.map(({ name }) => name),
      ...performers.map(({ name }) => name),
      ...venues.map(({ location }) => location),
      ...cities.map(({ name, country }) => `${name} ${country}`),
    ];

    test.each<[text: string, expected: string[]]>([
      ['r', ['Roy Orbison', 'Royal Ballet', 'AC/DC & Roy', 'Roy Orbison', 'Jay Roy', 'Royal Albert Hall, London']],
      ['roy', ['Roy Orbison', 'Royal Ballet', 'AC/DC & Roy', 'Roy Orbison', 'Jay Roy', 'Royal Albert Hall, London']],
      ['royal al', ['Royal Albert Hall, London']],
      ['albert', ['Royal Albert Hall, London']],
      ['orbison', ['Roy Orbison', 'Roy Orbison']],
      ['roy b', []],
      ['u', ['U2']],
      ['u2', ['U2']],
      ['a', ['AC/DC & Roy', 'AC/DC', 'Royal Albert Hall, London']],
      ['acd', ['AC/DC & Roy', 'AC/DC']],
      ['ac/d', ['AC/DC & Roy', 'AC/DC']],
      ['kes', ['Ke$ha']],
      ['ke$', ['Ke$ha']],
      ['who', ['The Who']],
      ['the w', ['The Who']],
      ['!', ['!!!']],
      ['+/-"\\', []],
      ['.*', []],
      ['東', ['東京ジャズ祭', '東京 JP']],
      ['京', ['東京ジャズ祭', '東京 JP']],
      ['toky', ['東京 JP']],
      ['mun', ['München DE']],
      ['munc', ['München DE']],
      ['birm', ['Birmingham GB', 'Birmingham US']],
      ['london', []],
      ['old', []],
    ])('for “%s”', async (text, expected) => expect(namesOf(await suggested(text))).toEqual(expected));

    test('an event stands for all of its name, the earliest that is to come', async () => {
      const { events } = await suggested('roy orb');
      const { uuid } = someEvent({ id: 2 });
      expect(events).toEqual([{ uuid, name: 'Roy Orbison', date: '2030-03-01T19:00:00Z', location: 'Hall' }]);
    });

    test('no more of a kind than asked for, the most popular first', async () => {
      expect(namesOf(await suggested('r', 1))).toEqual(['Roy Orbison', 'Roy Orbison', 'Royal Albert Hall, London']);
      await put({ ...catalogue[2]!, popularity: 99 });
      expect((await suggested('r', 1)).events.map(({ name }) => name)).toEqual(['Royal Ballet']);
    });

    test('a name goes with its last event', async () => {
      await remove(4);
      expect(namesOf(await suggested('u2'))).toEqual([]);
      await put({ ...catalogue[4]!, name: 'Else', performers: ['Nobody'] });
      expect(namesOf(await suggested('acdc'))).toEqual([]);
      expect(namesOf(await suggested('nob'))).toEqual(['Nobody']);
    });
  });
}

const now = Date.parse('2030-01-01T00:00:00Z');

const catalogue: (Partial<EventDocument> & { id: number })[] = [
  { id: 1, name: 'Roy Orbison', location: 'Hall', performers: ['Roy Orbison'], date: '2030-04-01T19:00:00Z' },
  { id: 2, name: 'Roy Orbison', location: 'Hall', performers: ['Roy Orbison'], date: '2030-03-01T19:00:00Z' },
  { id: 3, name: 'Royal Ballet', location: 'Royal Albert Hall, London', popularity: 0 },
  { id: 4, name: 'U2', popularity: 5 },
  { id: 5, name: 'AC/DC & Roy', performers: ['AC/DC', 'Jay Roy'] },
  { id: 6, name: 'x', performers: ['Ke$ha'] },
  { id: 7, name: 'x', performers: ['The Who'] },
  { id: 8, name: 'x', performers: ['!!!'] },
  { id: 9, name: '東京ジャズ祭', city: '東京', country: 'JP' },
  { id: 10, name: 'x', city: 'München', country: 'DE' },
  { id: 11, name: 'x', city: 'Birmingham', country: 'GB', popularity: 2 },
  { id: 12, name: 'x', city: 'Birmingham', country: 'US' },
  { id: 13, name: 'Old Gala', date: '2029-06-01T19:00:00Z' },
];
