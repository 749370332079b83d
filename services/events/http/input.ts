import { z } from '@hono/zod-openapi';
import { isOneLine, textInput, uuidInput, wholeNumber } from '../../../shared/http/schemas.ts';
import type { Page } from '../domain/page.ts';

// Parts that the routes of organisers share.

export const prefix = '/api/v1/management';

/** In a request: a name, or another text of one line that must not be blank. */
export const nameInput = (max = 200) =>
  textInput(max).regex(/\S/, 'must not be blank').refine(isOneLine, 'must be one line');

/** In a request: the organiser whose things are asked for. */
export const organiserInput = uuidInput.or(z.literal('platform')).optional().openapi({
  description:
    'Whose: the uuid of an organiser, or `platform`. Left out it is one’s own; for an administrator everybody’s',
});

export const params = (description: string) => z.object({ uuid: uuidInput.openapi({ description }) });

/** The parameters of a list whose cursor is the uuid of its last thing. */
export const pageQuery = (things: string) => ({
  cursor: uuidInput.optional().openapi({ description: 'The `next_cursor` of the page before' }),
  limit: wholeNumber(1, 100, 20).openapi({ description: `Most ${things} on the page` }),
});

export const nextCursor = z
  .string()
  .nullable()
  .openapi({ description: 'Pass it as `cursor` for the next page; null on the last' });

/** Returns the JSON of a page, its things under their name. */
export const pageJson = <N extends string, T, J>(name: N, { items, nextCursor }: Page<T>, toJson: (item: T) => J) =>
  ({ [name]: items.map(toJson), next_cursor: nextCursor }) as { [name in N]: J[] } & { next_cursor: string | null };

/** In a response: the organiser of a thing. */
export const organiserUuid = z
  .string()
  .nullable()
  .openapi({ format: 'uuid', description: 'The organiser whose it is; null: the platform' });
