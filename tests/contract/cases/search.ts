import { expect, test } from 'bun:test';
import type { Suite } from './suite.ts';

type Page = {
  events: {
    uuid: string;
    name: string;
    description: string;
    date: string;
    location: string;
    currency: string;
    performers: string[];
    highlight?: { name: string; performers: string[] };
  }[];
  facets?: Record<string, { count: number }[]>;
  total: number;
  page: number;
  size: number;
  next_cursor?: string;
};

export function searchCases(suite: Suite): void {
  const search = async (query: string) => {
    const response = await suite.api.search(query);
    expect(response.status).toBe(200);
    return (await response.json()) as Page;
  };

  test('a misspelt word finds the venue’s events', async () => {
    const { events, total, page, size } = await search('?q=madisn%20sqare%20gardn');
    expect({ page, size }).toEqual({ page: 1, size: 10 });
    expect(total).toBeGreaterThanOrEqual(events.length);
    expect(events[0]!.location).toContain('Madison Square Garden');
    expect(Object.keys(events[0]!)).toEqual([
      ...['uuid', 'name', 'description', 'date', 'location', 'currency'],
      ...['performers', 'city', 'country', 'time_zone', 'category', 'price_from', 'availability', 'on_sale'],
      ...['image', 'score'],
    ]);
    expect(events[0]!.currency).toMatch(/^[A-Z]{3}$/);
    expect(events[0]!.date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test('an accent less or more makes no difference', async () => {
    const plain = await search('?q=maracana');
    expect(plain.total).toBeGreaterThan(0);
    expect(plain.events[0]!.location).toContain('Maracanã');
    expect(await search('?q=Maracan%C3%A3')).toEqual(plain);
  });

  test('a found event can be read', async () => {
    const { events } = await search('?q=madison');
    const event = await suite.api.readEvent(events[0]!.uuid);
    expect(event).toMatchObject({
      name: events[0]!.name,
      date: events[0]!.date,
      venue: { location: events[0]!.location },
    });
  });

  test('no words list upcoming events by date, page by page, each once', async () => {
    const pages = await Promise.all([1, 2, 3].map((page) => search(`?page=${page}&size=20`)));
    const events = pages.flatMap((page) => page.events);
    expect(events).toHaveLength(60);
    expect(new Set(events.map((event) => event.uuid)).size).toBe(60);
    const dates = events.map((event) => event.date);
    expect(dates).toEqual([...dates].sort());
    expect(Date.parse(dates[0]!)).toBeGreaterThan(Date.now());
    expect(pages.map((page) => page.total)).toEqual([pages[0]!.total, pages[0]!.total, pages[0]!.total]);
  });

  test('a cursor goes on where the page ended', async () => {
    const first = await search('?q=madison&size=2');
    const cursor = encodeURIComponent(first.next_cursor!);
    const second = await search(`?q=madison&size=2&cursor=${cursor}`);
    expect(second.events).toEqual((await search('?q=madison&size=2&page=2')).events);
  });

  test('filters, a sort, facets and marked words', async () => {
    const asked = '?q=madison&from=2000-01-01&to=9999-12-30&venue=madison%20SQUARE%20garden,%20new%20york';
    const { events, total, facets } = await search(`${asked}&currency=usd&sort=date&facets=month,city&highlight=true`);
    expect(total).toBeGreaterThan(0);
    expect(events.map(({ date }) => date)).toEqual(events.map(({ date }) => date).sort());
    expect(Object.keys(facets!)).toEqual(expect.arrayContaining(['month', 'city']));
    expect(facets!.month!.reduce((sum, { count }) => sum + count, 0)).toBe(total);
    expect(events[0]!.highlight!.performers).toHaveLength(events[0]!.performers.length);
    expect((await search('?performer=no-such-name&facets=performer')).total).toBe(0);
  });

  test.each([
    ['from=yesterday', ['from']],
    ['from=2030-02-30', ['from']],
    ['from=2030-02-02&to=2030-02-01', ['to']],
    ['from=2030-02-02T12:00:01Z&to=2030-02-01', ['to']],
    ['from=2030-02-02&to=2030-02-01T09:59:59Z', ['to']],
    ['city=%20', ['city']],
    ['city=%E2%80%8B', ['city']],
    ['country=Germany', ['country']],
    ['price_min=5', ['currency']],
    ['price_min=5&price_max=4&currency=EUR', ['price_max']],
    ['price_max=1.5&currency=EUR', ['price_max']],
    ['currency=euro', ['currency']],
    ['available=yes', ['available']],
    ['on_sale=later', ['on_sale']],
    ['near=91,0', ['near']],
    ['near=1', ['near']],
    ['radius=5', ['near']],
    ['near=1,2&radius=0', ['radius']],
    ['sort=distance', ['near']],
    ['sort=name', ['sort']],
    ['facets=city,venue', ['facets']],
    ['highlight=1', ['highlight']],
    ['country=X&sort=name&city=', ['city', 'country', 'sort']],
    ['city=a&city=b', ['city']],
  ])('%s is refused, and named', async (query, paths) => {
    const response = await suite.api.search(`?${query}`);
    expect(response.status).toBe(400);
    const { error, issues } = (await response.json()) as { error: string; issues: { path: string }[] };
    expect(error).toBe('invalid_request');
    expect(issues.map(({ path }) => path)).toEqual(paths);
  });

  test('a cursor of a list in another order is refused', async () => {
    const { next_cursor } = await search('?size=1&sort=price');
    expect((await suite.api.search(`?size=1&sort=price&cursor=${next_cursor}`)).status).toBe(200);
    expect((await suite.api.search(`?size=1&cursor=${next_cursor}`)).status).toBe(400);
  });

  test('names are suggested as somebody types', async () => {
    const response = await suite.api.suggest('?q=madis');
    expect(response.status).toBe(200);
    const { venues } = (await response.json()) as { venues: { location: string }[] };
    expect(venues[0]!.location).toContain('Madison Square Garden');
    expect((await suite.api.suggest('?q=madis&size=11')).status).toBe(400);
  });

  test('nothing found is a 200 with nothing in it', async () => {
    expect(await search('?q=zzzzqqqqxxxx')).toEqual({ events: [], total: 0, page: 1, size: 10 });
  });
}
