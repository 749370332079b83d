import { z } from '@hono/zod-openapi';
import { normalCode } from '../../../shared/admission/access-code.ts';
import type { Actor } from '../../../shared/auth/actor.ts';
import { example, textInput, uuidInput } from '../../../shared/http/schemas.ts';
import type { Ports } from '../domain/ports.ts';
import type { HeldReservation } from '../domain/reservation/hold-seats.ts';
import { reserveBest } from '../domain/reservation/reserve-best.ts';
import { reserveSeats } from '../domain/reservation/reserve-seats.ts';
import { reserveTickets } from '../domain/reservation/reserve-tickets.ts';
import { eventUuid, ticketUuid, userUuid } from './input.ts';

/** The members of a hold by which its organiser's rules are met. */
const saleInput = {
  access_code: textInput(100).optional().openapi({
    description: 'The code of a presale, without regard to case; of no effect once the general sale is open',
    example: 'FAN2027',
  }),
  rate_uuids: z
    .array(uuidInput.nullable())
    .optional()
    .openapi({ description: 'The rate of each seat, in their order; null is the price of its category' }),
};

/** Refuses rates that are not as many as the seats. */
const fitting = [
  (body: { rate_uuids?: unknown[] | undefined } & Record<string, unknown>) => {
    const { rate_uuids: rates, ticket_uuids: tickets, seats, places, quantity } = body;
    const named = (tickets ?? seats ?? places) as unknown[] | undefined;
    return rates === undefined || rates.length === (named?.length ?? quantity);
  },
  { path: ['rate_uuids'] as PropertyKey[], message: 'must name a rate, or null, for each seat' },
] as const;

/** No buyer needs more at once, and a script that takes them all stays short. */
const maxTickets = 50;

/** The message for a body of neither form; for a part of one it names the missing members. */
const eitherForm =
  'must name the seats (ticket_uuids, seats or places), or an event_uuid and a quantity, for the best available';

const noQuantity = 'must say how many, for the best that are available; else name the seats, by seats or places';

const chosenSchema = z
  .strictObject({
    user_uuid: userUuid,
    ticket_uuids: z
      .array(ticketUuid, { error: ({ input }) => (input === undefined ? eitherForm : undefined) })
      .min(1)
      .max(maxTickets)
      .refine((uuids) => new Set(uuids).size === uuids.length, 'must name each ticket once')
      .openapi({ uniqueItems: true, example: example.pair }),
    ...saleInput,
  })
  .refine(...fitting)
  .openapi('ReserveTickets');

const bestSchema = z
  .strictObject({
    user_uuid: userUuid,
    event_uuid: eventUuid,
    quantity: z
      .int({ error: ({ input }) => (input === undefined ? noQuantity : undefined) })
      .min(1)
      .max(maxTickets)
      .openapi({ description: 'How many seats', example: 2 }),
    max_price: z
      .int()
      .min(0)
      .optional()
      .openapi({ description: 'Most that one seat may cost, in minor units', example: 35_000 }),
    section: textInput(100).optional().openapi({
      description:
        'The section by name, such as `101` of the seat `101-C10`; also `Section 101`. Also a table, or a general admission area',
    }),
    category: textInput(100).optional().openapi({ description: 'The category by name, without regard to case' }),
    accessible: z.int().min(1).max(maxTickets).optional().openapi({
      description: 'So many are accessible places, and the others companions’ seats beside them where there are such',
      example: 1,
    }),
    restricted_view: z.boolean().optional().openapi({
      description:
        'false: no seat with a restricted view; true: such seats as any other. Without it, only when there are no others',
    }),
    ...saleInput,
  })
  .refine(...fitting)
  .refine(({ accessible = 0, quantity }) => accessible <= quantity, {
    path: ['accessible'],
    message: 'must not be more than quantity',
  })
  .openapi('ReserveBest');

/** A list that names each seat once. */
const listOf = <T extends z.ZodType<string | number>>(one: T) =>
  z
    .array(one)
    .min(1)
    .max(maxTickets)
    .refine((names) => new Set(names).size === names.length, 'must name each seat once');

const labelledSchema = z
  .strictObject({
    user_uuid: userUuid,
    event_uuid: eventUuid,
    seats: listOf(textInput(200).min(1)).openapi({ uniqueItems: true, example: ['101-C14', '101-C15'] }),
    ...saleInput,
  })
  .refine(...fitting)
  .openapi('ReserveSeats');

const placedSchema = z
  .strictObject({
    user_uuid: userUuid,
    event_uuid: eventUuid,
    places: listOf(z.int().min(0)).openapi({
      description: 'The seats by their indexes in the plan of the event',
      uniqueItems: true,
      example: [12, 13],
    }),
    plan_hash: textInput(100).openapi({ description: 'The hash of that plan' }),
    ...saleInput,
  })
  .refine(...fitting)
  .openapi('ReservePlaces');

/** A hold of seats in each of its forms. */
export const holdSchema = z.union([chosenSchema, bestSchema, labelledSchema, placedSchema]);

/** Holds the seats that a request names. */
export function hold(ports: Ports, actor: Actor, body: z.infer<typeof holdSchema>): Promise<HeldReservation> {
  const accessCode = body.access_code === undefined ? undefined : normalCode(body.access_code);
  const request = { actor, userUuid: body.user_uuid, accessCode, rateUuids: body.rate_uuids };
  if ('ticket_uuids' in body) return reserveTickets(ports, { ...request, ticketUuids: body.ticket_uuids });
  const eventUuid = body.event_uuid;
  if ('seats' in body) return reserveSeats(ports, { ...request, eventUuid, named: { seats: body.seats } });
  if ('places' in body) {
    const named = { places: body.places, planHash: body.plan_hash };
    return reserveSeats(ports, { ...request, eventUuid, named });
  }
  const { quantity, max_price: maxPrice, section, category, accessible, restricted_view: restrictedView } = body;
  const wish = { quantity, maxPrice, section, category, accessible, restrictedView };
  return reserveBest(ports, { ...request, eventUuid, ...wish });
}
