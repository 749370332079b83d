import { z } from '@hono/zod-openapi';
import { invalidInput } from '../../../shared/http/errors.ts';
import { instantInput, textInput, wholeNumber } from '../../../shared/http/schemas.ts';
import { longestCursor } from '../domain/query/cursor.ts';
import { type FacetName, facetNames } from '../domain/query/facets.ts';
import { filterKey, isDay, type SearchFilters } from '../domain/query/filters.ts';
import type { SearchRequest } from '../domain/query/search-events.ts';
import { searchSorts } from '../domain/query/search-query.ts';

const defaultRadiusKm = 50;
/** Half round the earth: no place is farther. */
const greatestRadiusKm = 20_038;

const boundRule =
  'must be a day such as 2030-06-01, or an instant as RFC 3339 has it, such as 2030-06-01T19:30:00+02:00';

/** Zod's messages are of one of the two forms; the rule names both. */
const bound = (description: string) =>
  z
    .string()
    .transform((text, context) => {
      const read = z.iso.date().or(instantInput).safeParse(text);
      if (read.success && read.data >= '0001') return read.data;
      context.addIssue({ code: 'custom', message: boundRule });
      return z.NEVER;
    })
    .optional()
    .openapi({ type: 'string', description });

const name = (description: string) =>
  textInput(200)
    .refine((text) => filterKey(text) !== '', 'must not be blank')
    .optional()
    .openapi({ description: `${description}. Case and accents don’t matter` });

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be ${listed(values)}`).optional();

const listed = (values: readonly string[]) => values.join(' or ');

const price = (description: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number of minor units, from 0')
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', minimum: 0, description });

const near = z
  .string()
  .transform((text, context) => {
    const [, lat, lon] = /^\s*([+-]?\d{1,3}(?:\.\d{1,20})?)\s*,\s*([+-]?\d{1,3}(?:\.\d{1,20})?)\s*$/.exec(text) ?? [];
    const point = { lat: Number(lat), lon: Number(lon) };
    if (Math.abs(point.lat) <= 90 && Math.abs(point.lon) <= 180) return point;
    context.addIssue({ code: 'custom', message: 'must be latitude,longitude in degrees, such as 40.7505,-73.9934' });
    return z.NEVER;
  })
  .optional()
  .openapi({
    type: 'string',
    description: 'A point in degrees, such as `40.7505,-73.9934`: events round it',
  });

const radius = z
  .string()
  .regex(/^\d{1,5}(\.\d{1,6})?$/, `must be a number of kilometres, up to ${greatestRadiusKm}`)
  .transform(Number)
  .refine((km) => km > 0 && km <= greatestRadiusKm, `must be a number of kilometres, up to ${greatestRadiusKm}`)
  .optional()
  .openapi({
    type: 'number',
    maximum: greatestRadiusKm,
    exclusiveMinimum: 0,
    description: `How far from \`near\` at most, in kilometres; ${defaultRadiusKm} unless it is given`,
  });

const facets = z
  .string()
  .transform((text, context): FacetName[] => {
    const asked = [...new Set(text.split(',').map((one) => one.trim()))];
    const unknown = asked.filter((one) => !facetNames.includes(one as FacetName));
    if (unknown.length === 0) return asked as FacetName[];
    context.addIssue({ code: 'custom', message: `must be a list, with commas between, of ${facetNames.join(', ')}` });
    return z.NEVER;
  })
  .optional()
  .openapi({
    type: 'string',
    description: `Of which members to count the values: a list of ${facetNames.join(', ')}. Not with \`cursor\``,
    example: 'city,month',
  });

const flag = (description: string) => oneOf(['true', 'false']).openapi({ description });

const minVersion = z
  .string()
  .regex(/^\d{1,19}$/, 'must be the X-Onsale-Version of a response')
  .transform(BigInt)
  .optional()
  .openapi({
    type: 'string',
    description:
      'The `X-Onsale-Version` of a write: waits until the index has it, two seconds at most, and is a 503 else',
  });

/** The parameters of a search. */
export const searchInput = z
  .object({
    q: textInput(200)
      .default('')
      .openapi({ description: 'Words to find events by; none for all', example: 'madisn sqare' }),
    page: wholeNumber(1, 999_999_999, 1).openapi({ description: 'Which page, from 1; up to the 10,000th result' }),
    size: wholeNumber(1, 100, 10).openapi({ description: 'Most events on the page' }),
    cursor: textInput(longestCursor)
      .optional()
      .openapi({ description: 'The `next_cursor` of the page before, in place of `page`: goes on without limit' }),
    min_version: minVersion,
    from: bound('The first day, by the date at the venue (`2030-06-01`), or the first instant (RFC 3339)'),
    to: bound('The last day, or the last instant, as in `from`'),
    city: name('The venue’s city, by the name that events show'),
    country: z
      .string()
      .regex(/^[A-Za-z]{2}$/, 'must be two letters, as ISO 3166-1 has them')
      .toUpperCase()
      .optional()
      .openapi({ description: 'The venue’s country, by ISO 3166-1, such as `US`' }),
    venue: name('The whole name, the `location` or the uuid of the venue'),
    performer: name('The whole name or the uuid of one who plays'),
    category: name('The category'),
    genre: name('The genre'),
    currency: z
      .string()
      .regex(/^[A-Za-z]{3}$/, 'must be three letters, as ISO 4217 has them')
      .toUpperCase()
      .optional()
      .openapi({ description: 'The currency of its tickets, by ISO 4217, such as `USD`' }),
    price_min: price('The least that its cheapest free seat may cost, in minor units of `currency`'),
    price_max: price('The most that its cheapest free seat may cost, in minor units of `currency`'),
    available: flag(
      '`true`: seats are left, and the sale has neither ended nor been called off; `false` leaves out nothing',
    ),
    on_sale: oneOf(['now', 'soon']).openapi({
      description: '`now`: its general sale is open; `soon`: it is to begin',
    }),
    near,
    radius,
    sort: oneOf(searchSorts).openapi({
      description:
        'What comes first: the best match (by date without words), the soonest, the cheapest (by minor units alone, so give one `currency`), the nearest (with `near`), the one whose sale began or begins first, or the one that sells most. What lacks the value comes last; equals come by date',
    }),
    facets,
    highlight: flag('`true`: marks the words that match'),
    explain: flag(
      '`true`: the first ten events tell why they have their score. For organisers: where tokens are checked, with the token of one',
    ),
  })
  .superRefine((asked, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    const { from, to, price_min, price_max, currency } = asked;
    if (from && to && isBefore(to, from)) refuse('to', 'must not be before from');
    if ((price_min ?? price_max) !== undefined && !currency)
      refuse('currency', 'must be given with price_min or price_max');
    if (price_min !== undefined && price_max !== undefined && price_min > price_max) {
      refuse('price_max', 'must not be below price_min');
    }
    if (asked.radius !== undefined && !asked.near) refuse('near', 'must be given with radius');
    if (asked.sort === 'distance' && !asked.near) refuse('near', 'must be given with sort=distance');
  });

/** Local time is at most this far ahead of UTC, and 12 hours behind it. */
const [aheadMs, behindMs, dayMs] = [14 * 3_600_000, 12 * 3_600_000, 24 * 3_600_000];

/** Returns whether a bound lies before another, wherever the venue is. */
function isBefore(to: string, from: string): boolean {
  // Days and instants have the same order as texts where both are of one form.
  if (isDay(to) === isDay(from)) return to < from;
  const first = Date.parse(from) - (isDay(from) ? aheadMs : 0);
  const last = Date.parse(to) + (isDay(to) ? dayMs + behindMs : 0);
  return last < first;
}

/** Returns what the parameters ask for. Names that mean the same are then the same, so that their pages are shared. */
export function toRequest(asked: z.output<typeof searchInput>): SearchRequest {
  const { q, page, size, cursor, sort, facets, highlight } = asked;
  return {
    q,
    filters: filtersOf(asked),
    page,
    size,
    ...(cursor !== undefined && { cursor }),
    ...(asked.min_version !== undefined && { minVersion: asked.min_version }),
    ...(sort && { sort }),
    ...(facets && { facets }),
    ...(highlight === 'true' && { highlight: true }),
    ...(asked.explain === 'true' && { explain: true }),
  };
}

function filtersOf(asked: z.output<typeof searchInput>): SearchFilters {
  const { from, to, country, currency, price_min, price_max, available, on_sale } = asked;
  const given = Object.entries({
    ...{ from, to, country, currency, priceMin: price_min, priceMax: price_max, onSale: on_sale },
    ...{ city: keyOf(asked.city), venue: keyOf(asked.venue), performer: keyOf(asked.performer) },
    ...{ category: keyOf(asked.category), genre: keyOf(asked.genre) },
    available: available === 'true' ? true : undefined,
    near: asked.near && { ...asked.near, radiusKm: asked.radius ?? defaultRadiusKm },
  }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given);
}

const keyOf = (name: string | undefined) => (name === undefined ? undefined : filterKey(name));

/** The parameters of suggestions. */
export const suggestInput = z.object({
  q: textInput(200).default('').openapi({ description: 'What was typed so far', example: 'madis' }),
  size: wholeNumber(1, 10, 5).openapi({ description: 'Most suggestions of each kind' }),
  min_version: minVersion,
});

/** Reads the parameters of a URL. Throws `invalid_request`, with an issue for each that is wrong. */
export function readInput<T extends z.ZodType>(input: T, queries: Record<string, string[]>): z.output<T> {
  // A name that is given twice stays a list, which no field takes.
  const fields = Object.entries(queries).map(([name, values]) => [name, values.length === 1 ? values[0] : values]);
  const { success, data, error } = input.safeParse(Object.fromEntries(fields));
  if (!success) throw invalidInput(error.issues, 'query');
  return data;
}
