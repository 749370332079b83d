import { z } from '@hono/zod-openapi';
import {
  dateTime,
  example,
  instantInput,
  isOneLine,
  nullableInstant,
  textInput,
  uuid,
  uuidInput,
} from '../../../shared/http/schemas.ts';
import type { EventInput, EventSettings } from '../domain/event/organisers-events.ts';

const line = (max: number) => textInput(max).trim().min(1, 'must not be empty').refine(isOneLine, 'must be one line');

const httpUrl = textInput(2000)
  .refine(
    (text) => !/\s/.test(text) && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be an http or https URL',
  )
  .openapi({ format: 'uri' });

/** ISO 4217 also has codes for metals, units of account, tests and nothing: nobody pays with those. */
const noMoney = /^X(?!AF|CD|CG|OF|PF)/;
const currencies = new Set(Intl.supportedValuesOf('currency').filter((code) => !noMoney.test(code)));

/** The body of a POST. */
export const eventInput = z
  .strictObject({
    name: line(200).openapi({ example: 'Spring gala' }),
    description: textInput(10_000).nullable().default(null),
    category: line(100).nullable().default(null).openapi({ example: 'Concert' }),
    genre: line(100).nullable().default(null).openapi({ example: 'Opera' }),
    performers: z
      .array(uuidInput)
      .max(200)
      .refine((uuids) => new Set(uuids).size === uuids.length, 'must name each performer once')
      .default([])
      .openapi({ description: 'By uuid, in the order of the line-up', uniqueItems: true }),
    venue_uuid: uuidInput.openapi({
      description: 'A venue of the organiser’s or of the platform’s',
      example: example.venue,
    }),
    date: instantInput.openapi({ description: 'When it begins', example: '2031-05-04T19:30:00+02:00' }),
    doors_at: nullableInstant.default(null),
    ends_at: nullableInstant.default(null),
    image_url: httpUrl.nullable().default(null),
    on_sale_from: nullableInstant.default(null).openapi({ description: 'null: from the publication' }),
    on_sale_until: nullableInstant.default(null).openapi({ description: 'null: to the start of the event' }),
    ticket_limit: z.int().min(1).max(10_000).nullable().default(null).openapi({
      description: 'Most tickets of a buyer; null: as the platform has it',
    }),
    currency: z
      .string()
      .refine((code) => currencies.has(code), 'must be a currency of ISO 4217, such as EUR')
      .nullable()
      .default(null)
      .openapi({ description: 'ISO 4217, of the tickets that its offer makes', pattern: '^[A-Z]{3}$', example: 'EUR' }),
  })
  .openapi('EventInput');

const text = z.string().nullable();

export const settingsSchema = z
  .object({
    uuid,
    status: z.enum(['draft', 'published', 'postponed', 'rescheduled', 'cancelled']),
    organiser_uuid: uuid.nullable().openapi({ description: 'null: the platform' }),
    name: z.string(),
    description: text,
    category: text,
    genre: text,
    performers: z.array(uuid),
    venue_uuid: uuid,
    date: dateTime,
    doors_at: dateTime.nullable(),
    ends_at: dateTime.nullable(),
    image_url: text,
    on_sale_from: dateTime.nullable(),
    on_sale_until: dateTime.nullable(),
    ticket_limit: z.int().nullable(),
    currency: text,
    previous_dates: z.array(dateTime),
    refund_until: dateTime.nullable(),
    sequence: z.int().openapi({ description: 'Counts the changes that calendars must follow' }),
    created_at: dateTime,
    updated_at: dateTime,
  })
  .openapi('EventSettings');

export const toInput = (body: z.output<typeof eventInput>): EventInput => ({
  name: body.name,
  description: body.description,
  category: body.category,
  genre: body.genre,
  performers: body.performers,
  venueUuid: body.venue_uuid,
  date: body.date,
  doorsAt: body.doors_at,
  endsAt: body.ends_at,
  imageUrl: body.image_url,
  onSaleFrom: body.on_sale_from,
  onSaleUntil: body.on_sale_until,
  ticketLimit: body.ticket_limit,
  currency: body.currency,
});

/** An event as a POST would send it. */
export const inputJson = (event: EventInput): z.input<typeof eventInput> => ({
  name: event.name,
  description: event.description,
  category: event.category,
  genre: event.genre,
  performers: event.performers,
  venue_uuid: event.venueUuid,
  date: event.date,
  doors_at: event.doorsAt,
  ends_at: event.endsAt,
  image_url: event.imageUrl,
  on_sale_from: event.onSaleFrom,
  on_sale_until: event.onSaleUntil,
  ticket_limit: event.ticketLimit,
  currency: event.currency,
});

export const settingsJson = (settings: EventSettings) => ({
  uuid: settings.uuid,
  status: settings.status,
  organiser_uuid: settings.organiserUuid,
  name: settings.name,
  description: settings.description,
  category: settings.category,
  genre: settings.genre,
  performers: settings.performers,
  venue_uuid: settings.venueUuid,
  date: settings.date,
  doors_at: settings.doorsAt,
  ends_at: settings.endsAt,
  image_url: settings.imageUrl,
  on_sale_from: settings.onSaleFrom,
  on_sale_until: settings.onSaleUntil,
  ticket_limit: settings.ticketLimit,
  currency: settings.currency,
  previous_dates: settings.previousDates,
  refund_until: settings.refundUntil,
  sequence: settings.sequence,
  created_at: settings.createdAt,
  updated_at: settings.updatedAt,
});
