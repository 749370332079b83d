import { createRoute, z } from '@hono/zod-openapi';
import { replyWritten } from '../../../shared/http/reply.ts';
import { commonResponses, jsonResponse, parameterResponses, withoutToken } from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import { eventDate, uuid } from '../../../shared/http/schemas.ts';
import type { Suggest } from '../domain/query/suggest.ts';
import type { Suggestions } from '../domain/query/suggested-names.ts';
import { type Age, ageHeaders, withAge } from './index-age.ts';
import { readInput, suggestInput } from './search-input.ts';

const name = z.string();

const suggestionsSchema = z
  .object({
    events: z.array(z.object({ uuid, name, date: eventDate, location: z.string() })).openapi({
      description: 'One of each name: its best match, of equal ones the first date',
    }),
    performers: z.array(z.object({ name })).openapi({ description: 'For the filter `performer`' }),
    venues: z.array(z.object({ location: z.string() })).openapi({ description: 'For the filter `venue`' }),
    cities: z
      .array(
        z.object({ name, country: name.nullable().openapi({ description: 'ISO 3166-1, two letters', example: 'US' }) }),
      )
      .openapi({ description: 'For the filters `city` and `country`' }),
  })
  .openapi('Suggestions');

/** Writes suggestions as the JSON of the response. */
export const writeSuggestions = (found: Suggestions): string =>
  JSON.stringify(found satisfies z.infer<typeof suggestionsSchema>);

const suggestRoute = createRoute({
  method: 'get',
  path: '/api/v1/search/suggest',
  operationId: 'suggestNames',
  tags: ['Search'],
  ...withoutToken,
  summary: 'Suggest names of events, performers, venues and cities as somebody types',
  description:
    'From the first letter on: names of upcoming events that begin so, then those of which a later word does, those that sell most lately first. Where none begins so, names near it.',
  request: { query: suggestInput },
  responses: {
    200: { ...jsonResponse('The names, the best first', suggestionsSchema), headers: ageHeaders },
    ...parameterResponses,
    ...commonResponses,
  },
});

/** Adds the route of suggestions. */
export function suggestRoutes(suggest: Suggest, age: Age) {
  return addUnchecked(createRoutes(), suggestRoute, async (c) => {
    const { q, size, min_version: minVersion } = readInput(suggestInput, c.req.queries());
    return replyWritten<z.infer<typeof suggestionsSchema>>(c, await suggest({ q, size, minVersion }), withAge(age));
  });
}
