import { expect, test } from 'bun:test';
import { Hono } from 'hono';
import { addHome, type Links } from './home.ts';

const about = { title: 'Box <office>', description: 'It sells.\n\nAnd more.', tags: [] };

function home(more?: () => Promise<Links>, accept?: string) {
  const app = new Hono();
  addHome(app, about, more);
  return app.request('/', accept === undefined ? {} : { headers: { Accept: accept } });
}

const operation = { docs: '/docs', openapi: '/openapi.json', ready: '/readyz' };

test.each([undefined, '*/*', 'application/json', 'text/plain'])('/ for a program (%s) is JSON', async (accept) => {
  const answer = await home(async () => ({ next_event: '/events/1' }), accept);
  expect(answer.headers.get('Vary')).toBe('Accept');
  expect(await answer.json()).toEqual({
    service: 'Box <office>',
    summary: 'It sells.',
    links: { ...operation, next_event: '/events/1' },
  });
});

test.each(['text/html', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8'])(
  '/ for a browser (%s) is a page with the links, and what it says is text',
  async (accept) => {
    const answer = await home(async () => ({ next_event: '/events/"1"' }), accept);
    expect(answer.headers.get('Content-Type')).toStartWith('text/html');
    const page = await answer.text();
    expect(page).toContain('<h1>Box &lt;office&gt;</h1>');
    expect(page).toContain('<a href="/docs">docs</a>');
    expect(page).toContain('<a href="/events/&quot;1&quot;">next event</a>');
  },
);

test('/ goes without the links that can’t be found', async () => {
  const answer = await home(() => Promise.reject(new Error('away')));
  expect([answer.status, await answer.json()]).toMatchObject([200, { links: operation }]);
});
