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
import type { PrepareSearch } from '../domain/query/search-events.ts';
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
 * Adds the search route. The same queries come again and again, and to check and prepare one costs more than to find
 * its cached page.
 */
export function searchRoutes(prepare: PrepareSearch, age: Age, mayExplain: MayExplain) {
  const prepared = new LRUCache<string, Prepared>({ max: 2000 });

  function searchFor(url: string, queries: () => Record<string, string[]>): Prepared {
    const known = prepared.get(url);
    if (known) return known;
    const request = toRequest(readInput(searchInput, queries()));
    const made = { find: prepare(request), isExplained: request.explain === true };
    if (url.length <= 500) prepared.set(url, made);
    return made;
  }

  return addUnchecked(createRoutes(), searchRoute, async (c) => {
    const { find, isExplained } = searchFor(c.req.url, () => c.req.queries());
    if (isExplained) await mayExplain(c);
    return replyWritten<z.infer<typeof pageSchema>>(c, await find(), withAge(age));
  });
}

type Prepared = { find: () => Promise<string>; isExplained: boolean };
