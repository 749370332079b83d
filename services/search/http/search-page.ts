import { z } from '@hono/zod-openapi';
import { eventCurrency, eventDate, uuid } from '../../../shared/http/schemas.ts';
import type { EventHit } from '../domain/index/event-document.ts';
import { writeCursor } from '../domain/query/cursor.ts';
import type { SearchPage } from '../domain/query/search-events.ts';

const hitSchema = z.object({
  uuid,
  name: z.string(),
  description: z.string(),
  date: eventDate,
  location: z.string().openapi({ example: 'Madison Square Garden, New York' }),
  currency: eventCurrency,
} satisfies Record<keyof EventHit, z.ZodType>);

export const pageSchema = z
  .object({
    events: z.array(hitSchema),
    total: z.int().openapi({ description: 'How many events match' }),
    page: z.int(),
    size: z.int(),
    next_cursor: z
      .string()
      .optional()
      .openapi({ description: 'Pass it as `cursor` for the next page; absent on the last' }),
  })
  .openapi('SearchPage');

/** Writes a page as the JSON of the response. */
export function writePage({ hits, total, page, size, next }: SearchPage): string {
  const body: z.infer<typeof pageSchema> = {
    events: hits,
    total,
    page,
    size,
    ...(next && { next_cursor: writeCursor(next) }),
  };
  return JSON.stringify(body);
}
