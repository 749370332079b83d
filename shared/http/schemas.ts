import { z } from '@hono/zod-openapi';

/** In a response: a uuid. */
export const uuid = z.string().openapi({ format: 'uuid' });

/** In a response: a price or a sum. */
export const money = z.int().openapi({ description: 'Minor units of the currency', example: 35_000 });

/** In a response: the currency of a price or a sum. */
export const currency = z.string().openapi({ description: 'ISO 4217', example: 'USD' });

/** In a response: the currency of an event's tickets. */
export const eventCurrency = z.string().nullable().openapi({
  description: 'ISO 4217, the currency of every ticket; null when there are no tickets, or several currencies',
  example: 'USD',
});

/** In a response: an instant as RFC 3339 has it, in UTC with milliseconds. */
export const dateTime = z.string().openapi({ format: 'date-time' });

/** In a response: when an event begins, as the original shows it. */
export const eventDate = dateTime.openapi({ description: 'RFC 3339, UTC, without parts of a second' });

/** In a request: a uuid in any version; upper case is taken and folded, since text is compared to the letter. */
export const uuidInput = z.guid('must be a uuid').toLowerCase().openapi({ format: 'uuid' });

/** A uuid in any version, in lower case. */
export const anyUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** In a query string: a whole number. */
export const wholeNumber = (min: number, max: number, fallback: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .refine((n) => n >= min && n <= max, rule)
    .default(fallback)
    .openapi({ type: 'integer', minimum: min, maximum: max, default: fallback });
};

/**
 * In a request: text that PostgreSQL and the index can take: no NUL, no more than `max` characters, and none of them
 * half (JSON can write a lone surrogate, and UTF-8 can't).
 */
export const textInput = (max: number) =>
  z
    .string()
    .max(max, `must be at most ${max} characters`)
    .refine((text) => !text.includes('\0'), 'must not contain NUL')
    .refine((text) => text.isWellFormed(), 'must not contain a lone surrogate: half of a character');

/** Returns whether a text stays on its line, and has nothing that moves a terminal or breaks an XML document. */
export const isOneLine = (text: string): boolean => !/(?!\0)[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);

/** In a request: an instant as RFC 3339 has it, in the years that PostgreSQL and RFC 3339 share; it becomes UTC. */
export const instantInput = z.iso
  .datetime({ offset: true, error: 'must be an instant as RFC 3339 has it, such as 2030-06-01T19:30:00+02:00' })
  .transform((text) => new Date(text))
  .refine(
    (at) => at.getTime() >= Date.parse('0001-01-01T00:00:00Z') && at.getUTCFullYear() <= 9999,
    'must be in the years 1 to 9999',
  )
  .transform((at) => at.toISOString())
  .openapi({ type: 'string', format: 'date-time' });

/** In a request: an instant, or null. Its type is named here, for the document takes that of the instant alone. */
export const nullableInstant = instantInput.nullable().openapi({ type: ['string', 'null'], format: 'date-time' });

/**
 * The uuids of the examples in the documents: an event of the demo data, its venue, three of its seats, any buyer, and payment
 * methods of the sandbox. A test runs every example; the lines that `npm start` prints, and those of README.md and
 * docs/, use other seats.
 */
export const example = {
  event: 'd0e1f2a3-b4c5-4d5e-8f9a-0b1c2d3e4f5a',
  venue: 'a1b2c3d4-e5f6-4a5b-8c9d-0e1f2a3b4c5d',
  seat: 'e7f8a9b0-c1d2-4e5f-8a9b-0c1d2e3f4a5b',
  pair: ['f8a9b0c1-d2e3-4f5a-8b9c-0d1e2f3a4b5c', 'a9b0c1d2-e3f4-4a5b-8c9d-0e1f2a3b4c5d'],
  buyer: '22222222-2222-4222-8222-222222222222',
  method: {
    pays: '00000000-0000-4000-8000-000000000001',
    declined: '00000000-0000-4000-8000-000000000002',
    asksTheBuyer: '00000000-0000-4000-8000-000000000005',
  },
};
