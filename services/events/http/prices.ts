import { createRoute, z } from '@hono/zod-openapi';
import type { AuthorOf } from '../../../shared/http/author.ts';
import { takeBody } from '../../../shared/http/body.ts';
import { givenAgain, keyHeader } from '../../../shared/http/idempotent.ts';
import { byBearer, errorResponse, jsonBody, jsonResponse } from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { textInput } from '../../../shared/http/schemas.ts';
import {
  type Ending,
  type IdempotencyKeys,
  keyReused,
  requestInProgress,
} from '../../../shared/idempotency/idempotency.ts';
import { planLimits } from '../../../shared/plan/plan.ts';
import { noSuchEvent } from '../domain/event/errors.ts';
import { type ChangePricesPorts, changePrices, type PriceChange } from '../domain/offer/change-prices.ts';
import { codes } from '../domain/offer/errors.ts';
import { nameInput, prefix } from './input.ts';
import { changedUnderKey } from './made-once.ts';
import { labelInput, namesInput, priceInput } from './offer-schemas.ts';
import { bodyTooLong, eventParams, maxOfferBytes, underWayMembers } from './offers.ts';
import { faultMembers } from './plans.ts';
import { changeResponses } from './responses.ts';

const pricesInput = z
  .strictObject({
    category: nameInput(planLimits.nameLength).optional().openapi({ description: 'All places of a category' }),
    sections: namesInput(textInput(planLimits.nameLength), planLimits.sections).optional(),
    seats: namesInput(labelInput, planLimits.places).optional().openapi({ description: 'Labels of seats' }),
    rate: nameInput(100)
      .optional()
      .openapi({ description: 'The price of this rate in `category`, not the seats’ own' }),
    price: priceInput.optional().openapi({ description: 'The new price, in minor units' }),
    percent: z.number().min(-100).max(1000).optional().openapi({
      description: 'How much more, or less if it is negative, rounded to whole minor units',
    }),
  })
  .refine(({ price, percent }) => (price === undefined) !== (percent === undefined), {
    path: ['price'],
    message: 'give either price or percent',
  })
  .refine(({ category, sections, seats }) => [category, sections, seats].filter((one) => one).length === 1, {
    path: ['category'],
    message: 'give one of category, sections and seats',
  })
  .refine(({ category, rate }) => rate === undefined || category !== undefined, {
    path: ['rate'],
    message: 'goes with a category',
  })
  .openapi('ChangePrices');

const path = `${prefix}/events/{uuid}/prices`;

const pricesRoute = createRoute({
  method: 'post',
  path,
  operationId: 'changePrices',
  tags: ['Offers'],
  ...byBearer,
  summary: 'Change prices in bulk',
  description:
    'Of a category, of sections or of seats; or a rate’s in a category. An order and a hold keep the prices that they were made at; a seat that comes free again sells at the new one.',
  request: {
    params: eventParams,
    headers: keyHeader('0b0f6f0a-7d0b-4a5e-8d9b-1f1c5e5a3b77'),
    body: jsonBody(pricesInput, {
      category: { summary: 'A tenth less for a category', value: { category: 'Balcony', percent: -10 } },
    }),
  },
  middleware: takeBody(maxOfferBytes),
  responses: {
    200: jsonResponse(
      'They are changed',
      z
        .object({ changed: z.int().openapi({ description: 'How many have another price now' }) })
        .openapi('ChangedPrices'),
    ),
    404: errorResponse('Event not found', [noSuchEvent]),
    ...changeResponses,
    409: givenAgain(
      errorResponse(
        'The event is cancelled, its tickets are being made, or the same request is being answered',
        [codes.eventCancelled, codes.offerUnderWay, requestInProgress],
        underWayMembers,
      ),
    ),
    422: givenAgain(
      errorResponse(
        'The event lacks what is named, and nothing has changed; or the Idempotency-Key belongs to another request',
        [codes.offerInvalid, keyReused],
        faultMembers,
      ),
    ),
    ...bodyTooLong,
  },
});

/** The prices of events. */
export function priceRoutes(deps: ChangePricesPorts & { idempotencyKeys: IdempotencyKeys; authorOf: AuthorOf }) {
  return createRoutes().openapi(pricesRoute, async (c) => {
    const { price, percent, ...body } = c.req.valid('json');
    const eventUuid = c.req.valid('param').uuid;
    const to: PriceChange['to'] = price === undefined ? { percent: percent! } : { price };
    const key = c.req.valid('header')['idempotency-key'];
    const request = { path: path.replace('{uuid}', eventUuid), key, body: { ...body, ...to } };
    const change = { eventUuid, ...body, to };
    return changedUnderKey(c, deps, request, {
      change: (ending: Ending<{ changed: number }>) => changePrices(deps, deps.authorOf(c), change, ending),
      respond: (json) => ({ json }),
    });
  });
}
