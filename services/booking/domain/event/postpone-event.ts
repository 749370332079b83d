import type { Author } from '../../../../shared/audit/audit-log.ts';
import { eventNotFound } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { eventOver, invalidField, notFrom } from './errors.ts';
import type { EventEnding, EventMoment, EventState } from './event.ts';
import { mustManageEvent } from './organised-event.ts';

const dayMs = 86_400_000;

export type Postponement = { eventUuid: string; refundUntil?: string | null | undefined };

/**
 * Postpones an event to a date that is not known yet: its sale stops, and its tickets and orders stay as they are. Each
 * buyer may give back until `refundUntil`.
 *
 * Throws `event_not_published`, `event_postponed` or `event_cancelled` for an event that is no more, or not yet, on
 * sale; `event_over`; `invalid_request` for a `refundUntil` that is past; and as `mustManageEvent`.
 */
export async function postponeEvent(
  ports: Pick<Ports, 'eventChanges' | 'feed'>,
  author: Author,
  { eventUuid, refundUntil }: Postponement,
  ending?: EventEnding,
): Promise<EventState> {
  await mustManageEvent(ports, { actor: author.actor, eventUuid });
  const request = { eventUuid, action: 'event.postponed', author, ending };
  const event = await ports.eventChanges.change(request, (moment) => {
    const { status } = moment.event;
    if (status !== 'published' && status !== 'rescheduled') throw notFrom(status);
    checkNotOver(moment);
    checkRefundUntil(refundUntil, moment.nowMs);
    return { status: 'postponed', ...(refundUntil !== undefined && { refundUntil }) };
  });
  if (!event) throw eventNotFound();
  ports.feed.publish(eventUuid);
  return event;
}

/** Throws `event_over` for an event that has ended, or, where its end is not known, began a day ago. */
export function checkNotOver({ event: { date, endsAt }, nowMs }: EventMoment): void {
  const endMs = endsAt === null ? Date.parse(date) + dayMs : Date.parse(endsAt);
  if (endMs <= nowMs) throw eventOver();
}

/** Throws `invalid_request` for an end of refunds that is past. */
export function checkRefundUntil(refundUntil: string | null | undefined, nowMs: number): void {
  if (refundUntil && Date.parse(refundUntil) <= nowMs) throw invalidField('refund_until', 'must be in the future');
}
