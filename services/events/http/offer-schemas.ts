import { z } from '@hono/zod-openapi';
import { currency, dateTime, instantInput, money, textInput, uuid, uuidInput } from '../../../shared/http/schemas.ts';
import { planLimits, seatFlags } from '../../../shared/plan/plan.ts';
import type { MadeOffer, Offer, Operation } from '../domain/offer/offer.ts';
import { nameInput } from './input.ts';

/** The most that a price may be: the sum of all seats is then exact in every client. */
const maxPrice = 100_000_000_000;
export const priceInput = z
  .int('must be a whole number of minor units')
  .min(0)
  .max(maxPrice)
  .openapi({ description: 'Minor units of the event’s currency' });
export const labelInput = textInput(400).min(1);
export const namesInput = <T extends z.ZodType>(name: T, max: number) => z.array(name).min(1).max(max);
const prices = z.record(nameInput(planLimits.nameLength), priceInput);

const rateInput = z.strictObject({
  name: nameInput(100),
  prices: prices.openapi({ description: 'By category; it is not sold in others' }),
  max_tickets: z.int().min(1).max(planLimits.places).nullable().default(null).openapi({
    description: 'Most tickets at this rate; null: any number',
  }),
});

const holdBackInput = z
  .strictObject({
    name: nameInput(100),
    seats: namesInput(labelInput, planLimits.places).optional().openapi({ description: 'Labels of places' }),
    sections: namesInput(textInput(planLimits.nameLength), planLimits.sections).optional(),
    areas: namesInput(textInput(planLimits.nameLength), planLimits.areas).optional(),
    flags: namesInput(z.enum(seatFlags), seatFlags.length).optional(),
    with_companions: z.boolean().default(false).openapi({
      description: 'With the flag `accessible`: the companion seats of the same rows, too',
    }),
    release_at: instantInput
      .nullable()
      .default(null)
      .openapi({
        type: ['string', 'null'],
        format: 'date-time',
        description: 'When they are put on sale; null: by hand only',
      }),
  })
  .openapi('HoldBackInput');

export const offerInput = z
  .strictObject({
    plan_uuid: uuidInput.openapi({ description: 'A plan of the event’s venue, as `addPlan` has told it' }),
    prices: prices.openapi({ description: 'The price of each category of the plan' }),
    rates: z.array(rateInput).max(50).default([]).openapi({ description: 'Other prices, such as a child’s' }),
    hold_backs: z.array(holdBackInput).max(200).default([]).openapi({ description: 'What is not for sale yet' }),
  })
  .openapi('PutOffer');

export const operationSchema = z
  .object({
    uuid,
    event_uuid: uuid,
    kind: z.literal('offer'),
    status: z.enum(['running', 'succeeded', 'failed']),
    done: z.int().openapi({ description: 'How many seats are made, changed or deleted' }),
    total: z.int(),
    kept: z.array(z.string()).openapi({
      description: 'Seats that were sold or held while it was running, and so are not as the offer has them',
    }),
    error: z
      .object({ error: z.string(), message: z.string() })
      .nullable()
      .openapi({ description: 'Why it has failed' }),
    created_at: dateTime,
  })
  .openapi('OfferOperation');

const priceList = z.record(z.string(), money);

export const offerSchema = z
  .object({
    plan_uuid: uuid,
    currency,
    prices: priceList,
    rates: z.array(z.object({ name: z.string(), prices: priceList, max_tickets: z.int().nullable() })),
    hold_backs: z.array(
      z.object({
        name: z.string(),
        seats: z.array(z.string()).optional(),
        sections: z.array(z.string()).optional(),
        areas: z.array(z.string()).optional(),
        flags: z.array(z.string()).optional(),
        with_companions: z.boolean(),
        release_at: dateTime.nullable(),
      }),
    ),
    repriced: z.boolean().openapi({ description: 'Prices were changed in bulk since: it tells those of before' }),
    operation: operationSchema,
  })
  .openapi('Offer');

type OfferBody = z.infer<typeof offerInput>;

/** Returns an offer as the domain has it. */
export const offerOf = ({ prices, rates, hold_backs }: OfferBody): Offer => ({
  prices,
  rates: rates.map(({ max_tickets: maxTickets, ...rate }) => ({ ...rate, maxTickets })),
  holdBacks: hold_backs.map(({ name, seats = [], sections = [], areas = [], flags = [], ...more }) => ({
    name,
    seats,
    sections,
    areas,
    flags,
    withCompanions: more.with_companions,
    releaseAt: more.release_at,
  })),
});

export const operationJson = ({ uuid, eventUuid, status, done, total, error, createdAt, made }: Operation) => ({
  uuid,
  event_uuid: eventUuid,
  kind: 'offer' as const,
  status,
  done,
  total,
  kept: made.kept,
  error,
  created_at: createdAt,
});

const unlessEmpty = <T>(name: string, list: T[]) => (list.length > 0 ? { [name]: list } : {});

export const offerJson = (operation: Operation) => ({
  ...contentJson(operation.made),
  repriced: operation.made.isRepriced,
  operation: operationJson(operation),
});

const contentJson = ({ planUuid, currency, offer }: MadeOffer) => ({
  plan_uuid: planUuid,
  currency,
  prices: offer.prices,
  rates: offer.rates.map(({ name, prices, maxTickets }) => ({ name, prices, max_tickets: maxTickets })),
  hold_backs: offer.holdBacks.map(({ name, seats, sections, areas, flags, withCompanions, releaseAt }) => ({
    name,
    ...unlessEmpty('seats', seats),
    ...unlessEmpty('sections', sections),
    ...unlessEmpty('areas', areas),
    ...unlessEmpty('flags', flags),
    with_companions: withCompanions,
    release_at: releaseAt,
  })),
});
