import { z } from '@hono/zod-openapi';
import { dateTime, eventCurrency, eventDate, money, uuid } from '../../../shared/http/schemas.ts';
import { saleStates } from '../../../shared/sale/sale-state.ts';

/** The hall's plan, any JSON of the organiser's, such as each seat's label with true. */
const seatMap = z.record(z.string(), z.json()).openapi({ type: 'object', example: { A1: true, A2: true } });

const ticketSchema = z
  .object({
    uuid,
    price: money,
    seat: z.string().openapi({ example: 'A1' }),
    status: z.enum(['available', 'reserved', 'booked']).openapi({ description: 'As of this request' }),
  })
  .openapi('Ticket');

const text = z.string().nullable();
const venuePlace = {
  name: text,
  city: text,
  country: text.openapi({ description: 'ISO 3166-1, two letters', example: 'US' }),
};

const status = z.enum(['draft', 'published', 'postponed', 'rescheduled', 'cancelled']).openapi({
  description:
    '`published` and `rescheduled` sell; `postponed` sells nothing, and tickets stay good for the new date; `cancelled` is final; a `draft` is visible to its organiser only',
});
const timeZone = text.openapi({ description: 'The venue’s, by IANA’s name', example: 'America/New_York' });

const onSaleSchema = z.object({
  from: dateTime.nullable().openapi({ description: 'null: from the publication' }),
  until: dateTime.nullable().openapi({ description: 'null: to the start of the event' }),
  presales: z.array(z.object({ name: z.string(), starts_at: dateTime, ends_at: dateTime })),
  state: z.enum(saleStates).openapi({ description: 'As of this request; `presale`: for those who have a code' }),
});

const pricesSchema = z
  .object({
    from: money,
    to: money,
    categories: z.array(
      z.object({
        category: text,
        from: money,
        to: money,
        rates: z.array(z.object({ uuid, name: z.string().openapi({ example: 'Child' }), price: money })),
      }),
    ),
  })
  .nullable()
  .openapi({
    description:
      'The lowest and the highest price of its free seats, and of each category’s, or of all where none is free; the category’s rates beside them. Null without tickets, and with several currencies',
  });

const path = z.string();

/** An event as its page shows it. */
export const eventSchema = z
  .object({
    uuid,
    name: z.string(),
    description: z.string(),
    date: eventDate,
    currency: eventCurrency,
    venue: z.object({
      uuid,
      location: z.string(),
      seat_map: seatMap,
      ...venuePlace,
      address: text,
      coordinates: z.object({ latitude: z.number(), longitude: z.number() }).nullable(),
    }),
    performers: z.array(
      z.object({
        uuid,
        name: z.string(),
        age: z.int().openapi({ description: '0 when it is not known' }),
        description: z.string(),
      }),
    ),
    status,
    time_zone: timeZone,
    category: text,
    genre: text,
    image_url: text,
    doors_at: dateTime.nullable(),
    ends_at: dateTime.nullable(),
    ticket_limit: z
      .int()
      .nullable()
      .openapi({ description: 'Most tickets a buyer, if it differs from the platform’s' }),
    previous_dates: z.array(dateTime).openapi({ description: 'Its former dates, the oldest first' }),
    refund_until: dateTime.nullable().openapi({ description: 'Until when a buyer may give back after a new date' }),
    organiser: z.object({ uuid, name: z.string() }).nullable(),
    on_sale: onSaleSchema,
    prices: pricesSchema,
    availability: z.object({
      free: z.int(),
      held: z.int().openapi({
        description:
          'In a cart, being paid for, held back by the organiser, or not for sale as the event is cancelled or postponed',
      }),
      sold: z.int(),
    }),
    links: z
      .object({ self: path, live: path, seats: path, plan: path.optional(), calendar: path, schema: path })
      .openapi({ description: 'Paths of this service; `plan` where its tickets were made from one' }),
    tickets: z.array(ticketSchema),
  })
  .openapi('Event');

/** A page of the list of events. */
export const eventPageSchema = z
  .object({
    events: z.array(
      z.object({
        uuid,
        name: z.string(),
        description: z.string(),
        date: eventDate,
        currency: eventCurrency,
        venue: z.object({ uuid, location: z.string(), ...venuePlace }),
        status,
        time_zone: timeZone,
      }),
    ),
    next_cursor: z
      .string()
      .nullable()
      .openapi({ description: 'Pass it as `cursor` for the next page; null on the last' }),
  })
  .openapi('EventPage');
