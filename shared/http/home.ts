import type { Hono } from 'hono';
import { accepts } from 'hono/accepts';
import { html } from 'hono/html';
import type { About } from './docs.ts';

/** Paths of a service, by name. */
export type Links = Record<string, string>;

const everywhere: Links = { docs: '/docs', openapi: '/openapi.json', ready: '/readyz' };

/**
 * Adds `/`: a summary of the service and its links, as a page for browsers and as JSON for other clients. `more` finds
 * the service's own links; they are left out when it throws.
 */
export function addHome(app: Hono, { title, description }: About, more: () => Promise<Links> = async () => ({})): void {
  const [summary = ''] = description.split('\n');
  app.get('/', async (c) => {
    const links = { ...everywhere, ...(await more().catch(() => ({}))) };
    c.header('Cache-Control', 'no-store');
    c.header('Vary', 'Accept');
    const wanted = accepts(c, {
      header: 'Accept',
      supports: ['application/json', 'text/html'],
      default: 'application/json',
    });
    if (wanted === 'application/json') return c.json({ service: title, summary, links });
    return c.html(page(title, summary, links));
  });
}

const page = (title: string, summary: string, links: Links) => html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
</head>
<body>
  <h1>${title}</h1>
  <p>${summary}</p>
  <ul>
    ${Object.entries(links).map(
      ([name, path]) => html`<li><a href="${path}">${name.replaceAll('_', ' ')}</a></li>
    `,
    )}
  </ul>
</body>
</html>
`;
