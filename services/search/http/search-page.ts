import { z } from '@hono/zod-openapi';
import { dateTime, eventCurrency, eventDate, money, uuid } from '../../../shared/http/schemas.ts';
import { saleStates } from '../../../shared/sale/sale-state.ts';
import { writeCursor } from '../domain/query/cursor.ts';
import type { FoundEvent, SearchPage } from '../domain/query/search-events.ts';

const text = z.string().nullable();

const hitSchema = z.object({
  uuid,
  name: z.string(),
  description: z.string(),
  date: eventDate,
  location: z.string().openapi({
    description: 'The venue and where it is, as one text',
    example: 'Madison Square Garden, New York',
  }),
  currency: eventCurrency,
  performers: z.array(z.string()).openapi({ description: 'Their names, in the order of the line-up' }),
  city: text.openapi({ description: 'The venue’s; null when it is not known', example: 'New York' }),
  country: text.openapi({ description: 'ISO 3166-1, two letters', example: 'US' }),
  time_zone: text.openapi({ description: 'The venue’s, by IANA’s name', example: 'America/New_York' }),
  category: text.openapi({ description: 'As its organiser wrote it', example: 'music' }),
  price_from: money.nullable().openapi({ description: 'The lowest price of a free seat; null when it is not known' }),
  availability: z.object({
    free: z.int().nullable().openapi({ description: 'Seats left, as of some moments ago; null when it is not known' }),
  }),
  on_sale: z.object({
    from: dateTime.nullable().openapi({ description: 'null: from the publication' }),
    until: dateTime.nullable().openapi({ description: 'null: to the start of the event' }),
    state: z.enum(saleStates).openapi({ description: 'As on the event’s page' }),
  }),
  image: text.openapi({ description: 'Its URL' }),
  distance_km: z.number().optional().openapi({ description: 'From `near`, to 100 m; absent without it' }),
  score: z.number().openapi({ description: 'How well the words match: compares events of one list; 0 without words' }),
  highlight: z
    .object({ name: z.string(), performers: z.array(z.string()) })
    .optional()
    .openapi({
      description: 'With `highlight=true`: HTML, with `<em>` round the words that match and all else escaped',
    }),
  explanation: z
    .array(z.string())
    .optional()
    .openapi({ description: 'With `explain=true`, of the first ten: why it has its score, the weightiest first' }),
});

const values = (description: string, example: string) =>
  z
    .array(z.object({ value: z.string(), count: z.int() }))
    .optional()
    .openapi({ description, example: [{ value: example, count: 12 }] });

const facetsSchema = z
  .object({
    city: z
      .array(z.object({ value: z.string(), country: z.string().optional(), count: z.int() }))
      .optional()
      .openapi({
        description:
          'The commonest 20, each with its `country` if that is known: as `city` and `country`. Two cities may have one name',
        example: [{ value: 'New York', country: 'US', count: 12 }],
      }),
    category: values('The commonest 20', 'music'),
    month: values('The first 20, of the date at the venue', '2030-06'),
    price: z
      .array(z.object({ currency: z.string(), from: money, to: money, count: z.int() }))
      .optional()
      .openapi({
        description: 'The commonest 20 ranges of `price_from`, both bounds included: as `price_min` and `price_max`',
      }),
    performer: values('The commonest 20', 'The Midnight Owls'),
  })
  .openapi('SearchFacets');

export const pageSchema = z
  .object({
    events: z.array(hitSchema),
    total: z.int().openapi({ description: 'How many events match' }),
    page: z.int().openapi({ description: 'Which page this is; with `cursor` it is counted on' }),
    size: z.int().openapi({ description: 'Most events on the page, as was asked for' }),
    next_cursor: z
      .string()
      .optional()
      .openapi({ description: 'Pass it as `cursor` for the next page; absent on the last' }),
    did_you_mean: z.string().optional().openapi({
      description: 'When fewer than three events were found: the words that were probably meant, to search for instead',
    }),
    facets: facetsSchema.optional().openapi({
      description:
        'Those that were asked for: how many events there are, exactly, under the words and all filters but the facet’s own',
    }),
  })
  .openapi('SearchPage');

/** Writes a page as the JSON of the response. */
export function writePage({ hits, total, page, size, facets, didYouMean, next }: SearchPage): string {
  const body: z.infer<typeof pageSchema> = {
    events: hits.map(toJson),
    total,
    page,
    size,
    ...(next && { next_cursor: writeCursor(next) }),
    ...(didYouMean !== undefined && { did_you_mean: didYouMean }),
    ...(facets && { facets }),
  };
  return JSON.stringify(body);
}

function toJson(event: FoundEvent): z.infer<typeof hitSchema> {
  const { uuid, name, description, date, location, currency, performers, city, country, time_zone, category } = event;
  const { price_from, seats_left, on_sale_from, on_sale_until, image_url, sale, distanceKm, score } = event;
  const { highlight, explanation } = event;
  return {
    ...{ uuid, name, description, date, location, currency },
    ...{ performers, city, country, time_zone, category, price_from },
    availability: { free: seats_left },
    on_sale: { from: on_sale_from, until: on_sale_until, state: sale.state },
    image: image_url,
    ...(distanceKm !== undefined && { distance_km: rounded(distanceKm, 1) }),
    score: rounded(score, 4),
    ...(highlight && { highlight }),
    ...(explanation && { explanation }),
  };
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits;
