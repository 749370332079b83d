import { createRoute, type z } from '@hono/zod-openapi';
import { LRUCache } from 'lru-cache';
import { replyWritten } from '../../../shared/http/reply.ts';
import { commonResponses, jsonResponse, parameterResponses, withoutToken } from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import type { SearchEvents, SearchRequest } from '../domain/query/search-events.ts';
import { readInput, searchInput, toRequest } from './search-input.ts';
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
 * Adds the search route. The same queries come again and again, and to check one costs more than to find its cached
 * page.
 */
export function searchRoutes(search: SearchEvents, age: () => number | undefined) {
  const checked = new LRUCache<string, SearchRequest>({ max: 2000 });

  function check(url: string, queries: () => Record<string, string[]>): SearchRequest {
    const known = checked.get(url);
    if (known) return known;
    const request = toRequest(readInput(searchInput, queries()));
    if (url.length <= 500) checked.set(url, request);
    return request;
  }

  return addUnchecked(createRoutes(), searchRoute, async (c) => {
    const request = check(c.req.url, () => c.req.queries());
    const page = await search(request);
    const seconds = age();
    const headers = seconds === undefined ? undefined : { 'X-Index-Age': String(seconds) };
    return replyWritten<z.infer<typeof pageSchema>>(c, page, headers);
  });
}
