import { createHash } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { replyTagged } from '../../../shared/http/etag.ts';
import { commonResponses, errorResponse, unchangedResponses, withoutToken } from '../../../shared/http/responses.ts';
import { addUnchecked, createRoutes } from '../../../shared/http/routes.ts';
import { anyUuid, example, uuid } from '../../../shared/http/schemas.ts';
import { eventNotFound, noSuchEvent } from '../domain/event/errors.ts';
import type { ViewEvent } from '../domain/event/event-views.ts';
import { calendarOf } from '../page/calendar.ts';
import { schemaOf } from '../page/schema-org.ts';
import { tagged } from './seat-headers.ts';

const tags = ['Events'];
const params = z.object({ uuid: uuid.openapi({ example: example.event }) });

const responsesOf = (description: string, type: string, schema: z.ZodType) => ({
  200: { description, content: { [type]: { schema } }, headers: z.object(tagged) },
  ...unchangedResponses(),
  404: errorResponse('Event not found', [noSuchEvent]),
  ...commonResponses,
});

const calendarRoute = createRoute({
  method: 'get',
  path: '/api/v1/management/events/{uuid}/calendar.ics',
  operationId: 'viewCalendar',
  tags,
  ...withoutToken,
  summary: 'An event for calendars (iCalendar)',
  description:
    'As RFC 5545 has it, in UTC. `STATUS` and `SEQUENCE` follow what becomes of the event: a calendar that subscribes to it shows another date and a cancellation by itself.',
  request: { params },
  responses: responsesOf('The calendar', 'text/calendar', z.string()),
});

const linkedData = z
  .object({ '@context': z.literal('https://schema.org'), '@type': z.literal('Event') })
  .catchall(z.json())
  .openapi('SchemaOrgEvent', { type: 'object', additionalProperties: true });

const schemaRoute = createRoute({
  method: 'get',
  path: '/api/v1/management/events/{uuid}/schema.json',
  operationId: 'viewLinkedData',
  tags,
  ...withoutToken,
  summary: 'An event for search engines (schema.org, JSON-LD)',
  description:
    'For the `application/ld+json` script of a page. Its `eventStatus`, `previousStartDate` and `offers` are as of this request.',
  request: { params },
  responses: responsesOf('The event in the words of schema.org', 'application/ld+json', linkedData),
});

/** Other forms of an event than its page. `publicUrl` is the address of this service for the world, or empty. */
export function eventDocumentRoutes({ view, publicUrl }: { view: ViewEvent; publicUrl: string }) {
  async function found(id: string) {
    const uuid = id.toLowerCase();
    const event = anyUuid.test(uuid) ? await view(uuid) : undefined;
    if (!event) throw eventNotFound();
    return event;
  }
  const routes = addUnchecked(createRoutes(), calendarRoute, async (c) => {
    const { board } = await found(c.req.param('uuid'));
    const text = calendarOf(board.event, publicUrl);
    return replyTagged(c, tagOf(text), () => text, {
      'Content-Type': 'text/calendar; charset=utf-8',
      'Content-Disposition': 'inline; filename="event.ics"',
    }) as never;
  });
  return addUnchecked(routes, schemaRoute, async (c) => {
    const text = schemaOf(await found(c.req.param('uuid')), publicUrl);
    return replyTagged(c, tagOf(text), () => text, { 'Content-Type': 'application/ld+json' }) as never;
  });
}

const tagOf = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22);
