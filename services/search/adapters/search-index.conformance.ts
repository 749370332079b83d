import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import type { EventDocument } from '../domain/index/event-document.ts';
import { localDate } from '../domain/index/local-date.ts';
import type { SearchIndex } from '../domain/index/search-index.ts';
import type { SearchCursor, SearchQuery } from '../domain/query/search-query.ts';
import { someEvent } from '../testing.ts';
import { facetsConformance } from './search-index.facets.conformance.ts';
import { filtersConformance } from './search-index.filters.conformance.ts';
import { asTheDomainSays } from './search-index.meaning.conformance.ts';
import { agreedQueries } from './search-index.queries.conformance.ts';
import { suggestConformance } from './search-index.suggest.conformance.ts';

export type SearchIndexHarness = { index: SearchIndex; close(): Promise<void> };

/** The promises of every search index. Each test begins with an empty index. */
export function searchIndexConformance(name: string, start: () => Promise<SearchIndexHarness>): void {
  describe(`search index: ${name}`, () => {
    let harness: SearchIndexHarness;
    let index: SearchIndex;
    let version = 1n;
    beforeAll(async () => {
      harness = await start();
      index = harness.index;
    });
    afterAll(() => harness.close());
    beforeEach(() => index.replaceAll(batches([]), ++version));

    const now = Date.parse('2030-01-01T00:00:00Z');
    const put = (...events: (Partial<EventDocument> & { id: number })[]) =>
      index.apply({ upserts: events.map(someEvent), deletes: [], version: ++version });
    const remove = (...deletes: number[]) => index.apply({ upserts: [], deletes, version: ++version });
    const search = (text: string, query: Partial<SearchQuery> = {}) => index.search({ text, now, size: 10, ...query });
    const names = async (text: string, query: Partial<SearchQuery> = {}) =>
      (await search(text, query)).hits.map((hit) => hit.name);

    describe('a query matches', () => {
      test('a word in the name, the performers, the location or the description', async () => {
        await put(
          { id: 1, name: 'Zebra night' },
          { id: 2, name: 'two', performers: ['Anna Lark', 'The Zebra Band'] },
          { id: 3, name: 'three', location: 'Zebra Hall, Berlin' },
          { id: 4, name: 'four', description: 'With a zebra on the stage.' },
          { id: 5, name: 'five', description: 'Nothing of the sort' },
        );
        const found = await search('zebra');
        expect(found.hits.map((hit) => hit.name).sort()).toEqual(['Zebra night', 'four', 'three', 'two']);
        expect(found.total).toBe(4);
      });

      test('a hit carries what a page shows or is explained by', async () => {
        await put({
          ...{ id: 7, name: 'Opera', description: 'Tosca', location: 'Rome', performers: ['X'], currency: 'EUR' },
          ...{ city: 'Roma', country: 'IT', time_zone: 'Europe/Rome', category: 'opera', genre: 'verismo' },
          ...{ coordinates: { lat: 41.9, lon: 12.5 }, price_from: 2000, seats_left: 7, venue_name: 'Opera' },
        });
        await put({ id: 8, name: 'Ballet' });
        expect((await search('ballet')).hits[0]?.currency).toBeNull();
        expect((await search('opera')).hits).toEqual([
          {
            uuid: someEvent({ id: 7 }).uuid,
            name: 'Opera',
            description: 'Tosca',
            date: '2030-06-01T19:00:00Z',
            location: 'Rome',
            currency: 'EUR',
            performers: ['X'],
            ...{ city: 'Roma', country: 'IT', time_zone: 'Europe/Rome', category: 'opera', image_url: null },
            ...{ coordinates: { lat: 41.9, lon: 12.5 }, price_from: 2000, seats_left: 7, status: 'published' },
            ...{ on_sale_from: null, on_sale_until: null, presales: [], score: expect.any(Number) },
            ...{ venue_name: 'Opera', genre: 'verismo', local_date: '2030-06-01' },
          },
        ]);
      });

      test('any of the words', async () => {
        await put({ id: 1, name: 'Jazz brunch' }, { id: 2, name: 'Rock cellar' }, { id: 3, name: 'Chess open' });
        expect((await names('jazz cellar')).sort()).toEqual(['Jazz brunch', 'Rock cellar']);
      });

      test('case and accents do not matter, on either side', async () => {
        await put({ id: 1, name: 'Björk in Reykjavík' }, { id: 2, name: 'CAFE CONCERT' });
        expect(await names('bjork')).toEqual(['Björk in Reykjavík']);
        expect(await names('reykjavik')).toEqual(['Björk in Reykjavík']);
        expect(await names('café')).toEqual(['CAFE CONCERT']);
      });

      test('misspelt beginnings in a loose search alone, page by page', async () => {
        const dates = ['2030-05-01T19:00:00Z', '2030-05-02T19:00:00Z', '2030-05-03T19:00:00Z'];
        await put(
          ...dates.map((date, at) => ({ id: at + 1, name: 'Rammstein', date })),
          { id: 4, name: 'Boxing', location: 'Madison Square Garden, New York' },
          { id: 5, name: 'Rampart' },
        );
        for (const text of ['ramst', 'rmams', 'madis squ']) expect(await names(text)).toEqual([]);
        expect(await names('madis squ', { isLoose: true })).toEqual(['Boxing']);
        expect(await names('rmams', { isLoose: true })).toEqual(['Rammstein', 'Rammstein', 'Rammstein']);
        const first = await search('ramst', { isLoose: true, size: 2 });
        expect([first.total, first.hits.map(({ date }) => date)]).toEqual([3, dates.slice(0, 2)]);
        const rest = await search('ramst', { isLoose: true, size: 2, after: first.next! });
        expect([rest.hits.map(({ date }) => date), rest.next]).toEqual([dates.slice(2), undefined]);
      });

      test('words for days, by the day that it is at each venue', async () => {
        const at = (id: number, name: string, date: string, time_zone: string | null) =>
          ({ id, name, date, time_zone, local_date: localDate(date, time_zone) }) as const;
        const [newYork, tokyo] = ['America/New_York', 'Asia/Tokyo'];
        await put(
          at(1, 'late in New York', '2030-06-01T03:30:00Z', newYork),
          at(2, 'next day in New York', '2030-06-02T00:00:00Z', newYork),
          at(3, 'evening in Tokyo', '2030-06-01T10:00:00Z', tokyo),
          at(4, 'next day in Tokyo', '2030-06-01T15:00:00Z', tokyo),
          at(5, 'somewhere', '2030-06-01T20:00:00Z', null),
        );
        const found = async (text: string, now: string) => (await names(text, { now: Date.parse(now) })).sort();
        // The evening before in New York, noon in Tokyo.
        const now = '2030-06-01T03:00:00Z';
        expect(await found('tonight', now)).toEqual(['evening in Tokyo', 'late in New York', 'somewhere']);
        expect(await found('tomorrow', now)).toEqual(['next day in New York', 'next day in Tokyo']);
        const later = '2030-06-01T15:00:00Z';
        expect(await found('tonight', later)).toEqual(['next day in New York', 'next day in Tokyo', 'somewhere']);
        // A Saturday by then, and in New York still the Friday before.
        expect(await found('31 may', now)).toEqual(['late in New York']);
        expect(await found('this weekend', now)).toHaveLength(5);
      });

      test('words of other scripts', async () => {
        await put({ id: 1, name: 'Концерт симфонии' }, { id: 2, name: '東京 音楽祭' });
        expect(await names('концерт')).toEqual(['Концерт симфонии']);
        expect(await names('音楽祭')).toEqual(['東京 音楽祭']);
      });

      test('punctuation separates words, and alone finds nothing', async () => {
        await put({ id: 1, name: 'AC/DC, live: tonight!' });
        expect(await names('tonight')).toEqual(['AC/DC, live: tonight!']);
        expect(await search('?!')).toEqual({ hits: [], total: 0 });
      });

      test('nothing, if no word is near', async () => {
        await put({ id: 1, name: 'Opera' });
        expect(await search('xylophone')).toEqual({ hits: [], total: 0 });
      });
    });

    test('the result says when the first of all matching events begins, whichever page is asked for', async () => {
      await put(
        { id: 1, name: 'Opera', date: '2029-12-31T23:59:59Z' },
        { id: 2, name: 'Opera opera', date: '2030-03-01T00:00:00Z' },
        { id: 3, name: 'Opera', date: '2030-01-02T00:00:00Z' },
        { id: 4, name: 'Opera', date: '2030-02-01T00:00:00Z' },
        { id: 5, name: 'Ballet', date: '2030-01-01T00:00:01Z' },
      );
      const first = Date.parse('2030-01-02T00:00:00Z');
      for (const query of [{}, { size: 1 }, { from: 2, size: 1 }, { from: 5 }]) {
        expect((await search('opera', query)).firstDateMs).toBe(first);
      }
      const { next } = await search('opera', { size: 2 });
      expect((await search('opera', { size: 2, after: next! })).firstDateMs).toBe(first);
      expect((await search('', { now: first })).firstDateMs).toBe(first);
      expect((await search('opera', { now: first + 1 })).firstDateMs).toBe(Date.parse('2030-02-01T00:00:00Z'));
      expect((await search('xylophone')).firstDateMs).toBeUndefined();
    });

    test('an index that it has built itself is not outdated', async () => {
      await put({ id: 1 });
      expect(await index.isOutdated()).toBe(false);
    });

    test('a batch that replaces all events shows as a whole: searches meanwhile find all of one, and never none', async () => {
      const ids = (round: number) => Array.from({ length: 1200 }, (_, at) => 1 + at + (round % 2) * 5000);
      const replace = (round: number) =>
        index.apply({
          upserts: ids(round).map((id) => someEvent({ id, name: `state ${round}` })),
          deletes: ids(round + 1),
          version: ++version,
        });
      await replace(0);
      let isOver = false;
      const writing = (async () => {
        for (let round = 1; round <= 4; round++) await replace(round);
      })().finally(() => {
        isOver = true;
      });
      const seen = new Set<string>();
      while (!isOver) {
        const { hits, total } = await search('', { size: 100 });
        seen.add(`${[...new Set(hits.map(({ name }) => name))]}: ${total}`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      await writing;
      for (const one of seen) expect(one).toMatch(/^state \d: 1200$/);
    });

    test('how far it has come is what was noted last', async () => {
      await index.reached({ position: 2n ** 60n + 1n, atMs: 1000 });
      expect(await index.lookFreshness()).toEqual({ position: 2n ** 60n + 1n, atMs: 1000 });
      expect(index.freshness()).toEqual({ position: 2n ** 60n + 1n, atMs: 1000 });
      await Promise.all([5n, 7n, 6n].map((position) => index.reached({ position, atMs: 2000 })));
      expect((await index.lookFreshness())?.position).toBe(6n);
    });

    describe('misspelt words', () => {
      beforeEach(() =>
        put({ id: 1, name: 'UB' }, { id: 2, name: 'jazz' }, { id: 3, name: 'metallica' }, { id: 4, name: 'level' }),
      );

      test.each([
        ['ub', ['UB'], 'two characters, exact'],
        ['ua', [], 'two characters, one edit'],
        ['jaz', ['jazz'], 'three letters, a beginning'],
        ['azz', [], 'three letters, one missing'],
        ['jazzy', ['jazz'], 'four to six, one more'],
        ['jozz', ['jazz'], 'four to six, one other'],
        ['jzaz', ['jazz'], 'four to six, neighbours swapped'],
        ['leevl', ['level'], 'four to six, neighbours swapped behind a double letter'],
        ['jocz', [], 'four to six, two edits'],
        ['metalica', ['metallica'], 'longer, one edit'],
        ['metalika', ['metallica'], 'longer, two edits'],
        ['metlalika', ['metallica'], 'longer, a swap and an edit'],
        ['matelika', [], 'longer, three edits'],
      ])('%s finds %j: %s', async (text, expected) => {
        expect(await names(text as string)).toEqual(expected as string[]);
      });
    });

    describe('order', () => {
      test('the name weighs more than the location, the location more than the description', async () => {
        await put(
          { id: 1, name: 'aaa bbb', location: 'ccc ddd', description: 'zebra fff' },
          { id: 2, name: 'aaa bbb', location: 'zebra ddd', description: 'eee fff' },
          { id: 3, name: 'zebra bbb', location: 'ccc ddd', description: 'eee fff' },
        );
        const uuids = (await search('zebra')).hits.map((hit) => hit.uuid);
        expect(uuids).toEqual([3, 2, 1].map((id) => someEvent({ id }).uuid));
      });

      test('the word as typed comes before one that is an edit away, even a rarer one', async () => {
        await put(
          { id: 1, name: 'stone garden' },
          { id: 2, name: 'store garden' },
          { id: 3, name: 'store market' },
          { id: 4, name: 'store street' },
        );
        expect((await names('store')).at(-1)).toBe('stone garden');
        expect((await names('stone'))[0]).toBe('stone garden');
      });

      test('more of the words come first', async () => {
        await put({ id: 1, name: 'Summer opening' }, { id: 2, name: 'Summer jazz' }, { id: 3, name: 'Winter jazz' });
        expect((await names('summer jazz'))[0]).toBe('Summer jazz');
      });

      test('among equals the sooner comes first, then the smaller uuid', async () => {
        await put(
          { id: 4, name: 'Gala', date: '2030-03-02T20:00:00Z' },
          { id: 3, name: 'Gala', date: '2030-03-01T20:00:00Z' },
          { id: 2, name: 'Gala', date: '2030-03-02T20:00:00Z' },
        );
        for (const text of ['gala', '']) {
          const uuids = (await search(text)).hits.map((hit) => hit.uuid);
          expect(uuids).toEqual([3, 2, 4].map((id) => someEvent({ id }).uuid));
        }
      });

      test('an empty text lists upcoming events, by date', async () => {
        await put(
          { id: 1, name: 'late', date: '2030-09-01T00:00:00Z' },
          { id: 2, name: 'past', date: '2029-12-31T23:59:59Z' },
          { id: 3, name: 'soon', date: '2030-01-02T00:00:00Z' },
        );
        expect(await names('')).toEqual(['soon', 'late']);
        expect((await search('')).total).toBe(2);
      });
    });

    test('only events from now on, to the second', async () => {
      await put(
        { id: 1, name: 'Gala past', date: '2029-12-31T23:59:59Z' },
        { id: 2, name: 'Gala now', date: '2030-01-01T00:00:00Z' },
        { id: 3, name: 'Gala soon', date: '2030-01-01T00:00:01Z' },
      );
      expect(await names('gala')).toEqual(['Gala now', 'Gala soon']);
      expect((await search('gala')).total).toBe(2);
      expect((await search('gala', { now: now + 1000 })).total).toBe(1);
    });

    describe('paging', () => {
      const many = Array.from({ length: 23 }, (_, i) => ({
        id: i + 1,
        name: i % 3 === 0 ? 'Gala night' : 'Gala',
        date: `2030-02-${String(1 + (i % 5)).padStart(2, '0')}T20:00:00Z`,
      }));
      beforeEach(() => put(...many));

      test.each(['gala night', ''])('pages of %j join to the whole, and the total is always exact', async (text) => {
        const whole = await search(text, { size: 100 });
        const pages = await Promise.all([0, 5, 10, 15, 20, 25].map((from) => search(text, { from, size: 5 })));
        expect(pages.flatMap((page) => page.hits)).toEqual(whole.hits);
        expect(whole.hits).toHaveLength(23);
        expect(pages.map((page) => page.total)).toEqual(Array(6).fill(23));
        expect(pages.map((page) => page.next !== undefined)).toEqual([true, true, true, true, false, false]);
        expect(whole.next).toBeUndefined();
      });

      test.each(['gala night', ''])('a cursor goes through %j without gap or repeat', async (text) => {
        const whole = await search(text, { size: 100 });
        const collected: unknown[] = [];
        let after: SearchCursor | undefined;
        for (let page = 0; page < 10; page++) {
          const result = await search(text, { size: 4, ...(after && { after: throughJson(after) }) });
          collected.push(...result.hits);
          expect(result.total).toBe(23);
          after = result.next;
          if (!after) break;
        }
        expect(collected).toEqual(whole.hits);
      });

      test('a cursor stays behind its hit when that hit is deleted and others come', async () => {
        const first = await search('', { size: 5 });
        await remove(
          ...many.filter(({ id }) => first.hits.some((hit) => hit.uuid === someEvent({ id }).uuid)).map((m) => m.id),
        );
        await put({ id: 99, name: 'new and first', date: '2030-01-01T00:00:00Z' });
        const rest = await search('', { size: 100, after: first.next! });
        expect(rest.hits).toHaveLength(18);
        expect(rest.hits.map((hit) => hit.name)).not.toContain('new and first');
      });
    });

    agreedQueries(put, search);
    asTheDomainSays(put, search);
    filtersConformance(put, search);
    facetsConformance(put, search);
    suggestConformance(put, remove, () => index);

    describe('paging while the index changes', () => {
      const gala = (id: number) => ({ id, name: id % 3 === 0 ? 'Gala night' : 'Gala', description: 'x '.repeat(id) });
      beforeEach(() => put(...Array.from({ length: 30 }, (_, i) => gala(i + 1))));

      /** All pages, with something done after each. */
      async function pages(text: string, between: (page: number) => Promise<unknown>): Promise<string[]> {
        const uuids: string[] = [];
        let after: SearchCursor | undefined;
        for (let page = 1; page <= 30; page++) {
          const result = await search(text, { size: 4, ...(after && { after: throughJson(after) }) });
          uuids.push(...result.hits.map((hit) => hit.uuid));
          after = result.next;
          if (!after) return uuids;
          await between(page);
        }
        throw new Error('the list does not end');
      }

      test.each(['gala night', ''])(
        'no hit of %j comes twice, and none is passed over that was there',
        async (text) => {
          const whole = (await search(text, { size: 100 })).hits.map((hit) => hit.uuid);
          const seen = await pages(text, async (page) => {
            // Words become common or rare, and dates move: every score and many places change.
            await put(
              ...Array.from({ length: 20 }, (_, i) => ({
                id: 100 * page + i,
                name: page % 2 ? 'night' : 'Gala night',
              })),
              { ...gala(page), date: `2030-0${1 + (page % 9)}-15T00:00:00Z` },
            );
          });
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen).toEqual(expect.arrayContaining(whole));
        },
      );

      test('no hit comes twice when others are deleted', async () => {
        const seen = await pages('gala night', (page) => remove(31 - page, 30 - 2 * page));
        expect(new Set(seen).size).toBe(seen.length);
      });

      test('a list whose view is not there goes on behind its hit', async () => {
        const first = await search('gala', { size: 10 });
        for (const view of [undefined, 'no-such-view', 'AAAA'.repeat(100)]) {
          const after = { ...first.next!, ...(view && { view }) };
          if (!view) delete after.view;
          const rest = await search('gala', { size: 100, after });
          expect([...first.hits, ...rest.hits]).toEqual((await search('gala', { size: 100 })).hits);
        }
      });

      test('a view of another text is of no use', async () => {
        const { next } = await search('gala', { size: 10 });
        const found = await search('xylophone', { size: 100, after: next! });
        expect(found).toEqual({ hits: [], total: 0 });
      });
    });

    describe('versions', () => {
      const at = (at: bigint, name: string) =>
        index.apply({ upserts: [someEvent({ id: 1, name })], deletes: [], version: version + at });
      const gone = (at: bigint) => index.apply({ upserts: [], deletes: [1], version: version + at });

      test('an older document never replaces a newer one', async () => {
        await at(20n, 'newer');
        await at(10n, 'older');
        expect(await names('')).toEqual(['newer']);
        version += 20n;
      });

      test('an equal or newer document replaces it', async () => {
        await at(10n, 'first');
        await at(10n, 'second');
        expect(await names('')).toEqual(['second']);
        await at(20n, 'third');
        expect(await names('')).toEqual(['third']);
        version += 20n;
      });

      test('an older document does not bring a deleted one back, a newer does', async () => {
        await at(10n, 'there');
        await gone(20n);
        await at(15n, 'late');
        expect(await names('')).toEqual([]);
        await at(30n, 'back');
        expect(await names('')).toEqual(['back']);
        version += 30n;
      });

      test('an older deletion does not take a newer document', async () => {
        await at(20n, 'there');
        await gone(10n);
        expect(await names('')).toEqual(['there']);
        version += 20n;
      });

      test('a rebuild keeps documents that were deleted before it from coming back late', async () => {
        await at(10n, 'there');
        await gone(20n);
        await index.replaceAll(batches([[someEvent({ id: 2, name: 'other' })]]), version + 30n);
        await at(15n, 'late');
        expect(await names('')).toEqual(['other']);
        version += 30n;
      });

      test('a deletion may come before the document that it deletes', async () => {
        await gone(20n);
        await at(10n, 'late');
        expect(await names('')).toEqual([]);
        version += 20n;
      });

      test('versions have 64 bits', async () => {
        const huge = 2n ** 62n;
        await at(huge + 1n, 'newer');
        await at(huge, 'older');
        expect(await names('')).toEqual(['newer']);
        version += huge + 1n;
      });
    });

    describe('changes', () => {
      test('a changed document is found by its new words only', async () => {
        await put({ id: 1, name: 'Opera', location: 'Old Hall', performers: ['Anna Lark'] });
        await put({ id: 1, name: 'Ballet', location: 'Old Hall', performers: ['Tom Weir'] });
        expect((await search('opera lark')).total).toBe(0);
        expect(await names('ballet')).toEqual(['Ballet']);
        expect(await names('hall')).toEqual(['Ballet']);
      });

      test('a word that moves to the name brings its event up, and one that leaves it down', async () => {
        await put({ id: 1, name: 'one two', description: 'gala' }, { id: 2, name: 'gala two' });
        expect(await names('gala')).toEqual(['gala two', 'one two']);
        await put({ id: 1, name: 'gala one', description: 'gala' });
        expect(await names('gala')).toEqual(['gala one', 'gala two']);
        await put({ id: 1, name: 'one two', description: 'gala' });
        expect(await names('gala')).toEqual(['gala two', 'one two']);
      });

      test('a deleted document is not found, and deleting it again does no harm', async () => {
        await put({ id: 1, name: 'Opera' }, { id: 2, name: 'Opera' });
        await remove(1, 404);
        await remove(1);
        expect((await search('opera')).total).toBe(1);
        expect(await index.count()).toBe(1);
      });

      test('applying the same again changes nothing', async () => {
        const events = [someEvent({ id: 1, name: 'Opera' }), someEvent({ id: 2, name: 'Ballet' })];
        const changes = { upserts: events, deletes: [3], version: ++version };
        await index.apply(changes);
        await index.apply(changes);
        expect((await search('')).total).toBe(2);
      });

      test('replaceAll leaves exactly what it was given', async () => {
        await put({ id: 1, name: 'gone' }, { id: 2, name: 'old text' });
        await index.replaceAll(
          batches([[someEvent({ id: 2, name: 'new' })], [], [someEvent({ id: 3, name: 'more' })]]),
          ++version,
        );
        expect((await names('')).sort()).toEqual(['more', 'new']);
        expect((await search('old')).total).toBe(0);
        expect(await index.count()).toBe(2);
      });

      test('scan gives every document once, by id, as it was put', async () => {
        const events = [5, 3, 9, 1].map((id) =>
          someEvent({ id, name: `n${id}`, performers: ['Ann', 'Bo'], currency: 'EUR' }),
        );
        await put(...events, { id: 7 });
        await remove(7);
        const seen: EventDocument[][] = [];
        for await (const batch of index.scan(3)) seen.push(batch);
        expect(seen.flat()).toEqual(events.sort((a, b) => a.id - b.id));
        expect(seen.every((batch) => batch.length <= 3)).toBe(true);
      });

      test('replaceAll builds it, also with nothing in it', async () => {
        expect(await index.isBuilt()).toBe(true);
        expect(await index.count()).toBe(0);
      });

      test('replaceAll spares documents that were applied at a newer version', async () => {
        const older = ++version;
        await put({ id: 1, name: 'newer' });
        await index.apply({ upserts: [], deletes: [2], version: ++version });
        await index.replaceAll(
          batches([[someEvent({ id: 1, name: 'older' }), someEvent({ id: 2, name: 'deleted since' })]]),
          older,
        );
        expect(await names('')).toEqual(['newer']);
        await index.replaceAll(batches([]), older);
        expect(await names('')).toEqual(['newer']);
      });

      test('a version beyond the newest possible keeps nothing out, and no document that has it stays', async () => {
        const restored = ++version;
        const beyond = version + 1000n;
        await index.apply({
          upserts: [someEvent({ id: 1, name: 'of the lost log' }), someEvent({ id: 2, name: 'only there' })],
          deletes: [3],
          version: beyond,
        });
        const documents = batches([
          [someEvent({ id: 1, name: 'restored' }), someEvent({ id: 3, name: 'there again' })],
        ]);
        await index.replaceAll(documents, restored, async () => restored);
        expect((await names('')).sort()).toEqual(['restored', 'there again']);
        await index.apply({ upserts: [someEvent({ id: 1, name: 'changed' })], deletes: [], version: ++version });
        expect((await names('')).sort()).toEqual(['changed', 'there again']);
      });

      test('what is there or being built is not abandoned', async () => {
        await put({ id: 1, name: 'there' });
        async function* documents() {
          await index.removeAbandoned();
          expect(await names('')).toEqual(['there']);
          yield [someEvent({ id: 2, name: 'built' })];
          await index.removeAbandoned();
        }
        await index.replaceAll(documents(), ++version);
        await index.removeAbandoned();
        expect(await names('')).toEqual(['built']);
      });

      test('a replaceAll that fails keeps the old documents, and can be repeated', async () => {
        await put({ id: 1, name: 'there' });
        async function* broken() {
          yield [someEvent({ id: 2, name: 'half' })];
          throw new Error('the database went away');
        }
        await expect(index.replaceAll(broken(), ++version)).rejects.toThrow('the database went away');
        expect(await names('there')).toEqual(['there']);
        await index.replaceAll(batches([[someEvent({ id: 2, name: 'whole' })]]), ++version);
        expect(await names('')).toEqual(['whole']);
      });

      test('the generation changes with the documents that can be found', async () => {
        const seen = [await index.generation()];
        await put({ id: 1, name: 'Opera' });
        seen.push(await index.generation());
        await put({ id: 1, name: 'Ballet' });
        seen.push(await index.generation());
        await remove(1);
        seen.push(await index.generation());
        await index.replaceAll(batches([[someEvent({ id: 1 })]]), ++version);
        seen.push(await index.generation());
        expect(new Set(seen).size).toBe(5);
        await search('opera');
        expect(await index.generation()).toBe(seen.at(-1)!);
      });
    });
  });
}

async function* batches(documents: EventDocument[][]): AsyncIterable<EventDocument[]> {
  yield* documents;
}

/** Turns a cursor into what comes back from a client. */
const throughJson = (cursor: SearchCursor): SearchCursor => JSON.parse(JSON.stringify(cursor));
