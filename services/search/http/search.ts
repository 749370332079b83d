import { createRoute, type z } from '@hono/zod-openapi';
import { LRUCache } from 'lru-cache';
import { invalidInput } from '../../../shared/http/errors.ts';
import { replyWritten } from '../../../shared/http/reply.ts';
import { commonResponses, jsonResponse, parameterResponses, withoutToken } from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import type { PrepareSearch } from '../domain/query/search-events.ts';
import { searchInput, toRequest } from './search-input.ts';
import { pageSchema } from './search-page.ts';

const ageHeaders = {
  'X-Index-Age': {
    description:
      'How many seconds ago the index was last known to have all of the database; absent while it is not known',
    schema: { type: 'integer' as const },
  },
};

const searchRoute = createRoute({
  method: 'get',
  path: '/api/v1/search/events',
  operationId: 'searchEvents',
  tags: ['Search'],
  ...withoutToken,
  summary: 'Find upcoming events by words, misspelt ones too; without words, all by date',
  description:
    'The best matches first, unless `sort` says otherwise. An event must meet every filter; one that lacks what a filter looks at does not. What has changed in the database shows within moments; `next_cursor` shows no event twice while the index changes.',
  request: { query: searchInput },
  responses: {
    200: {
      ...jsonResponse('A page of events', pageSchema),
      headers: ageHeaders,
      links: { next: { operationId: 'searchEvents', parameters: { cursor: '$response.body#/next_cursor' } } },
    },
    ...parameterResponses,
    ...commonResponses,
  },
});

/**
 * Adds the search route. The same queries come again and again, and to check and prepare one costs more than to find
 * its cached page.
 */
export function searchRoutes(prepare: PrepareSearch, age: () => number | undefined) {
  const prepared = new LRUCache<string, () => Promise<string>>({ max: 2000 });

  function searchFor(url: string, queries: () => Record<string, string[]>): () => Promise<string> {
    const known = prepared.get(url);
    if (known) return known;
    // A name that is given twice stays a list, which no field takes.
    const fields = Object.entries(queries()).map(([name, values]) => [name, values.length === 1 ? values[0] : values]);
    const { success, data, error } = searchInput.safeParse(Object.fromEntries(fields));
    if (!success) throw invalidInput(error.issues, 'query');
    const search = prepare(toRequest(data));
    if (url.length <= 500) prepared.set(url, search);
    return search;
  }

  return addUnchecked(createRoutes(), searchRoute, async (c) => {
    const search = searchFor(c.req.url, () => c.req.queries());
    const page = await search();
    const seconds = age();
    const headers = seconds === undefined ? undefined : { 'X-Index-Age': String(seconds) };
    return replyWritten<z.infer<typeof pageSchema>>(c, page, headers);
  });
}
