import { createRoute, type z } from '@hono/zod-openapi';
import { LRUCache } from 'lru-cache';
import { replyWritten } from '../../../shared/http/reply.ts';
import {
  bearerResponses,
  commonResponses,
  errorResponse,
  jsonResponse,
  parameterResponses,
  withoutToken,
} from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import type { SearchEvents, SearchRequest } from '../domain/query/search-events.ts';
import type { MayExplain } from './explainers.ts';
import { type Age, ageHeaders, withAge } from './index-age.ts';
import { readInput, searchInput, toRequest } from './search-input.ts';
import { pageSchema } from './search-page.ts';

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
    ...bearerResponses,
    403: errorResponse('With `explain=true`: the token is no organiser’s', ['forbidden']),
    ...commonResponses,
  },
});

/**
 * Adds the search route. The same queries come again and again, and to check one costs more than to find its cached
 * page.
 */
export function searchRoutes(search: SearchEvents, age: Age, mayExplain: MayExplain) {
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
    if (request.explain) await mayExplain(c);
    const page = await search(request);
    return replyWritten<z.infer<typeof pageSchema>>(c, page, withAge(age));
  });
}
