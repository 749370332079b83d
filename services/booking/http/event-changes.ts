import { createRoute, z } from '@hono/zod-openapi';
import type { Author } from '../../../shared/audit/audit-log.ts';
import type { AuthorOf } from '../../../shared/http/author.ts';
import {
  changedOnce,
  givenAgain,
  idempotent,
  keyHeader,
  madeHeaders,
  scopeOf,
} from '../../../shared/http/idempotent.ts';
import { reply } from '../../../shared/http/reply.ts';
import {
  bearerResponses,
  bodyResponses,
  byBearer,
  commonResponses,
  errorResponse,
  jsonBody,
  jsonResponse,
  parameterResponses,
} from '../../../shared/http/responses.ts';
import { createRoutes } from '../../../shared/http/routes.ts';
import { dateTime, instantInput, nullableInstant, textInput, uuid, uuidInput } from '../../../shared/http/schemas.ts';
import { versionHeaders } from '../../../shared/http/tell-version.ts';
import { keyReused, requestInProgress } from '../../../shared/idempotency/idempotency.ts';
import { codes } from '../domain/errors.ts';
import { cancelEvent } from '../domain/event/cancel-event.ts';
import { eventCodes } from '../domain/event/errors.ts';
import type { EventEnding, EventState } from '../domain/event/event.ts';
import { findOperation } from '../domain/event/find-operation.ts';
import type { Operation } from '../domain/event/operation.ts';
import { mustManageEvent } from '../domain/event/organised-event.ts';
import { postponeEvent } from '../domain/event/postpone-event.ts';
import { rescheduleEvent } from '../domain/event/reschedule-event.ts';
import type { Ports } from '../domain/ports.ts';
import { exampleEvents } from './input.ts';

const eventPath = '/api/v1/booking/events/{uuid}';
const operationPath = '/api/v1/booking/operations';

const eventStatus = z.enum(['draft', 'published', 'postponed', 'rescheduled', 'cancelled']);

const stateSchema = z
  .object({
    uuid,
    status: eventStatus,
    date: dateTime,
    doors_at: dateTime.nullable(),
    ends_at: dateTime.nullable(),
    previous_dates: z.array(dateTime).openapi({ description: 'Its former dates, the oldest first' }),
    refund_until: dateTime.nullable().openapi({ description: 'Until then each buyer may give back' }),
    sequence: z.int().openapi({ description: 'Counts its changes, for calendars' }),
  })
  .openapi('EventState');

const operationSchema = z
  .object({
    uuid,
    kind: z.enum(['refunds']),
    event_uuid: uuid,
    status: z.enum(['running', 'succeeded', 'failed']),
    done: z.int().openapi({ description: 'Orders that are given back, or have no money' }),
    total: z.int(),
    error: z
      .object({
        error: z.enum(['orders_left']),
        message: z.string(),
        orders: z.array(z.object({ uuid, reason: z.string() })),
      })
      .nullable()
      .openapi({ description: 'What keeps it from its end; each of the orders is tried again' }),
    refunds: z.object({ pending: z.int(), succeeded: z.int(), disputed: z.int(), failed: z.int() }).openapi({
      description:
        'The money of it: `pending` is not confirmed by the payment provider yet, `failed` came back and is not with the buyer',
    }),
    created_at: dateTime,
    updated_at: dateTime,
  })
  .openapi('Operation');

const operationLinks = {
  view: { operationId: 'viewOperation', parameters: { uuid: '$response.body#/uuid' } },
};

const eventParams = (example: string) => z.object({ uuid: uuidInput.openapi({ description: 'The event', example }) });
const changedHeaders = { ...givenAgain({}).headers, ...versionHeaders };
const common = { ...bearerResponses, ...commonResponses };
const notOrganised = {
  403: errorResponse('The caller is a buyer, or an API key without the scope `manage`', ['forbidden']),
  404: errorResponse('Event not found, or another organiser’s', [codes.eventNotFound]),
};
const statusMember = { event_status: eventStatus.optional().openapi({ description: 'The status of the event' }) };
const changeResponses = {
  ...notOrganised,
  422: errorResponse('The Idempotency-Key belongs to another request', [keyReused]),
  ...bodyResponses,
  ...common,
};

const refundUntil = nullableInstant.optional().openapi({
  description: 'Until then each buyer may give back, whatever REFUND_WINDOW is; null: no longer than usual',
});

const cancelRoute = createRoute({
  method: 'post',
  path: `${eventPath}/cancel`,
  operationId: 'cancelEvent',
  tags: ['Events'],
  ...byBearer,
  summary: 'Cancel an event, and give every buyer the money back',
  description:
    'Final. The sale stops at once; the operation ends holds, calls off payments, and gives each order back, however often a process dies meanwhile. Its seats are not sold again.',
  request: {
    params: eventParams(exampleEvents.cancel),
    headers: keyHeader('1f0a7f5e-6f0e-4a51-9a37-5b7f0c1d2e3f'),
    body: jsonBody(
      z
        .strictObject({
          reason: textInput(1000)
            .optional()
            .openapi({ description: 'For the audit log', example: 'The singer is ill' }),
        })
        .openapi('CancelEvent'),
    ),
  },
  responses: {
    202: {
      ...jsonResponse('Cancelled; `Location` tells how far the money is back', operationSchema),
      headers: { ...madeHeaders('The operation'), ...versionHeaders },
      links: operationLinks,
    },
    409: givenAgain(
      errorResponse(
        'It is a draft, or cancelled before, or the same request is being answered',
        [eventCodes.eventNotPublished, eventCodes.eventCancelled, requestInProgress],
        statusMember,
      ),
    ),
    ...changeResponses,
  },
});

const postponeRoute = createRoute({
  method: 'post',
  path: `${eventPath}/postpone`,
  operationId: 'postponeEvent',
  tags: ['Events'],
  ...byBearer,
  summary: 'Postpone an event to a date that is not known yet',
  description: 'The sale stops; tickets and orders stay as they are. `rescheduleEvent` sets the new date.',
  request: {
    params: eventParams(exampleEvents.postpone),
    headers: keyHeader('2a1b8f6d-7a1f-4b62-8b48-6c8a1d2e3f4a'),
    body: jsonBody(z.strictObject({ refund_until: refundUntil }).openapi('PostponeEvent')),
  },
  responses: {
    200: { ...jsonResponse('The event as it stands now', stateSchema), headers: changedHeaders },
    409: givenAgain(
      errorResponse(
        'It is a draft, postponed already, cancelled or over, or the same request is being answered',
        [
          eventCodes.eventNotPublished,
          eventCodes.eventPostponed,
          eventCodes.eventCancelled,
          eventCodes.eventOver,
          requestInProgress,
        ],
        statusMember,
      ),
    ),
    ...changeResponses,
  },
});

const rescheduleRoute = createRoute({
  method: 'post',
  path: `${eventPath}/reschedule`,
  operationId: 'rescheduleEvent',
  tags: ['Events'],
  ...byBearer,
  summary: 'Move an event to another date',
  description:
    'Whether it was postponed before or not. Tickets and orders stay as they are, and the sale goes on. What is left out of doors and end is as long before or after the date as it was.',
  request: {
    params: eventParams(exampleEvents.postpone),
    headers: keyHeader('3b2c9e7c-8b2e-4c73-9c59-7d9b2e3f4a5b'),
    body: jsonBody(
      z
        .strictObject({
          date: instantInput.openapi({ description: 'In the future', example: '2099-06-05T17:30:00Z' }),
          doors_at: nullableInstant.optional(),
          ends_at: nullableInstant.optional(),
          refund_until: refundUntil,
        })
        .openapi('RescheduleEvent'),
    ),
  },
  responses: {
    200: { ...jsonResponse('The event as it stands now', stateSchema), headers: changedHeaders },
    409: givenAgain(
      errorResponse(
        'It is a draft, cancelled, or over, or the same request is being answered',
        [eventCodes.eventNotPublished, eventCodes.eventCancelled, eventCodes.eventOver, requestInProgress],
        statusMember,
      ),
    ),
    ...changeResponses,
  },
});

const operationRoute = createRoute({
  method: 'get',
  path: `${operationPath}/{uuid}`,
  operationId: 'viewOperation',
  tags: ['Events'],
  ...byBearer,
  summary: 'How far the money of a cancelled event is back',
  description: 'It ends `succeeded` when no order of the event is paid or pending any more.',
  request: {
    params: z.object({ uuid: uuidInput.openapi({ description: 'The operation, as `cancelEvent` has told it' }) }),
  },
  responses: {
    200: jsonResponse('The operation', operationSchema),
    403: notOrganised[403],
    404: errorResponse('Operation not found, or another organiser’s', [eventCodes.operationNotFound]),
    ...parameterResponses,
    ...common,
  },
});

/** The changes of an event that organisers make while it sells. */
export function eventChangeRoutes(ports: Ports, authorOf: AuthorOf) {
  /** A request about an event of somebody else leaves no key behind. */
  async function checked(author: Author, eventUuid: string, key: string, what: string) {
    await mustManageEvent(ports, { actor: author.actor, eventUuid });
    const scope = scopeOf(author.actor);
    return { scope, key, about: `POST ${eventPath.replace('{uuid}', eventUuid)}/${what}` };
  }

  return createRoutes()
    .openapi(cancelRoute, async (c) => {
      const [author, eventUuid, body] = [authorOf(c), c.req.valid('param').uuid, c.req.valid('json')];
      const request = await checked(author, eventUuid, c.req.valid('header')['idempotency-key'], 'cancel');
      return idempotent(c, ports.idempotencyKeys, { ...request, body }, async (operationUuid) => {
        const cancellation = { eventUuid, operationUuid, reason: body.reason ?? null };
        const operation = await cancelEvent(ports, author, cancellation);
        return { status: 202, json: operationJson(operation), location: `${operationPath}/${operation.uuid}` };
      });
    })
    .openapi(postponeRoute, async (c) => {
      const [author, eventUuid, body] = [authorOf(c), c.req.valid('param').uuid, c.req.valid('json')];
      const request = await checked(author, eventUuid, c.req.valid('header')['idempotency-key'], 'postpone');
      const wanted = { eventUuid, refundUntil: body.refund_until };
      return changedOnce(
        c,
        ports.idempotencyKeys,
        { ...request, body },
        {
          change: (ending: EventEnding) => postponeEvent(ports, author, wanted, ending),
          respond: changed,
        },
      );
    })
    .openapi(rescheduleRoute, async (c) => {
      const [author, eventUuid, body] = [authorOf(c), c.req.valid('param').uuid, c.req.valid('json')];
      const request = await checked(author, eventUuid, c.req.valid('header')['idempotency-key'], 'reschedule');
      const { date, doors_at: doorsAt, ends_at: endsAt, refund_until } = body;
      const wanted = { eventUuid, date, doorsAt, endsAt, refundUntil: refund_until };
      return changedOnce(
        c,
        ports.idempotencyKeys,
        { ...request, body },
        {
          change: (ending: EventEnding) => rescheduleEvent(ports, author, wanted, ending),
          respond: changed,
        },
      );
    })
    .openapi(operationRoute, async (c) => {
      const { actor } = authorOf(c);
      return reply(c, operationJson(await findOperation(ports, { actor, uuid: c.req.valid('param').uuid })));
    });
}

const changed = (event: EventState) => ({ status: 200, json: stateJson(event) });

const stateJson = (event: EventState) => ({
  uuid: event.uuid,
  status: event.status,
  date: event.date,
  doors_at: event.doorsAt,
  ends_at: event.endsAt,
  previous_dates: event.previousDates,
  refund_until: event.refundUntil,
  sequence: event.sequence,
});

const operationJson = (operation: Operation) => ({
  uuid: operation.uuid,
  kind: 'refunds' as const,
  event_uuid: operation.eventUuid,
  status: operation.status,
  done: operation.done,
  total: operation.total,
  error: operation.error,
  refunds: operation.refunds,
  created_at: operation.createdAt,
  updated_at: operation.updatedAt,
});
