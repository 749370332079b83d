import { createRoute, z } from '@hono/zod-openapi';
import { LRUCache } from 'lru-cache';
import { invalidInput } from '../../../shared/http/errors.ts';
import { replyWritten } from '../../../shared/http/reply.ts';
import { commonResponses, jsonResponse, parameterResponses, withoutToken } from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import { textInput, wholeNumber } from '../../../shared/http/schemas.ts';
import { longestCursor } from '../domain/query/cursor.ts';
import type { SearchEvents, SearchRequest } from '../domain/query/search-events.ts';
import { pageSchema } from './search-page.ts';

const querySchema = z.object({
  q: textInput(200)
    .default('')
    .openapi({ description: 'Words to find events by; none for all', example: 'madisn sqare' }),
  page: wholeNumber(1, 999_999_999, 1).openapi({ description: 'Which page, from 1; up to the 10,000th result' }),
  size: wholeNumber(1, 100, 10).openapi({ description: 'Most events on the page' }),
  cursor: textInput(longestCursor)
    .optional()
    .openapi({ description: 'The `next_cursor` of the page before, in place of `page`: goes on without limit' }),
  min_version: z
    .string()
    .regex(/^\d{1,19}$/, 'must be the X-Onsale-Version of a response')
    .transform(BigInt)
    .optional()
    .openapi({
      type: 'string',
      description:
        'The `X-Onsale-Version` of a write: the search waits until the index has it, two seconds at most, and is a 503 else',
    }),
});

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
    'The best matches first. What has changed in the database shows within moments; `next_cursor` shows no event twice while the index changes.',
  request: { query: querySchema },
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
    // A name that is given twice stays a list, which no field takes.
    const fields = Object.entries(queries()).map(([name, values]) => [name, values.length === 1 ? values[0] : values]);
    const { success, data, error } = querySchema.safeParse(Object.fromEntries(fields));
    if (!success) throw invalidInput(error.issues, 'query');
    const { min_version: minVersion, ...wanted } = data;
    const request = { ...wanted, minVersion };
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
