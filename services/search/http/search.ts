import { createRoute, z } from '@hono/zod-openapi';
import { writtenJson } from '../../../shared/http/answer.ts';
import { errorResponse } from '../../../shared/http/errors.ts';
import { textInput, wholeNumber } from '../../../shared/http/input.ts';
import type { App } from '../../../shared/http/shell.ts';
import type { SearchEvents } from '../domain/search-events.ts';

const pageSchema = z
  .object({
    events: z.array(
      z.object({
        uuid: z.string().openapi({ format: 'uuid' }),
        name: z.string(),
        description: z.string(),
        date: z.string().openapi({ format: 'date-time', description: 'RFC 3339, UTC' }),
        location: z.string().openapi({ example: 'Madison Square Garden, New York' }),
      }),
    ),
    total: z.int().openapi({ description: 'How many events match' }),
    page: z.int(),
    size: z.int(),
    next_cursor: z
      .string()
      .optional()
      .openapi({ description: 'Pass it as `cursor` for the next page; absent on the last' }),
  })
  .openapi('SearchPage');

const searchRoute = createRoute({
  method: 'get',
  path: '/api/v1/search/events',
  summary: 'Find upcoming events by words, misspelt ones too; without words, all by date',
  request: {
    query: z.object({
      q: textInput(200).default('').openapi({ example: 'madisn sqare' }),
      page: wholeNumber(1, 999_999_999, 1),
      size: wholeNumber(1, 100, 10),
      cursor: textInput(500).optional(),
    }),
  },
  responses: {
    200: { description: 'A page of events', content: { 'application/json': { schema: pageSchema } } },
    400: errorResponse('Invalid request parameters'),
    500: errorResponse('Internal server error'),
    503: errorResponse('A needed server is away; repeat after Retry-After'),
  },
});

export function addSearchRoutes(app: App, search: SearchEvents): void {
  app.openapi(searchRoute, async (c) => writtenJson<z.infer<typeof pageSchema>>(c, await search(c.req.valid('query'))));
}
