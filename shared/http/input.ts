import { z } from '@hono/zod-openapi';

/** A uuid in any version; upper case is taken and folded, since text is compared to the letter. */
export const uuidSchema = z.guid('must be a uuid').toLowerCase().openapi({ format: 'uuid' });

/** A uuid in any version, in lower case. */
export const anyUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A whole number in a query string. */
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

/** Text from outside that PostgreSQL and the index can take: no NUL, and no more than `max` characters. */
export const textInput = (max: number) =>
  z
    .string()
    .max(max, `must be at most ${max} characters`)
    .refine((text) => !text.includes('\0'), 'must not contain NUL');
