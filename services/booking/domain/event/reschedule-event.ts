import type { Author } from '../../../../shared/audit/audit-log.ts';
import { eventNotFound } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { invalidField, notFrom } from './errors.ts';
import type { EventChange, EventEnding, EventMoment, EventState } from './event.ts';
import { mustManageEvent } from './organised-event.ts';
import { checkNotOver, checkRefundUntil } from './postpone-event.ts';

const firstMs = Date.parse('0001-01-01T00:00:00Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

export type Rescheduling = {
  eventUuid: string;
  date: string;
  /** Left out, they are as long before or after the date as they were. */
  doorsAt?: string | null | undefined;
  endsAt?: string | null | undefined;
  refundUntil?: string | null | undefined;
};

/**
 * Moves an event to another date, whether it was postponed before or not: its tickets and orders stay as they are, its
 * old date joins the former ones, and its sale goes on (until as long before the date as it would have ended). Each
 * buyer may give back until `refundUntil`, the new date at most; left out, that stays as it is.
 *
 * Throws `event_not_published` or `event_cancelled` for an event that is no more, or not yet, on sale; `event_over` for
 * one that is over and was not postponed; `invalid_request` for instants that are past, or in a wrong order, and for a
 * sale that would never begin; and as `mustManageEvent`.
 */
export async function rescheduleEvent(
  ports: Pick<Ports, 'eventChanges' | 'feed'>,
  author: Author,
  { eventUuid, ...wanted }: Rescheduling,
  ending?: EventEnding,
): Promise<EventState> {
  await mustManageEvent(ports, { actor: author.actor, eventUuid });
  const request = { eventUuid, action: 'event.rescheduled', author, ending };
  const event = await ports.eventChanges.change(request, (moment) => moved(moment, wanted));
  if (!event) throw eventNotFound();
  ports.feed.publish(eventUuid);
  return event;
}

function moved(moment: EventMoment, { date, refundUntil, ...wanted }: Omit<Rescheduling, 'eventUuid'>): EventChange {
  const { event, nowMs } = moment;
  if (event.status === 'draft' || event.status === 'cancelled') throw notFrom(event.status);
  // The date of a postponed event means nothing any more.
  if (event.status !== 'postponed') checkNotOver(moment);
  if (Date.parse(date) <= nowMs) throw invalidField('date', 'must be in the future');
  checkRefundUntil(refundUntil, nowMs);
  const isAfter = (at: string | null | undefined) => at && Date.parse(at) > Date.parse(date);
  // Nobody sees the show, and gives the ticket back then.
  if (isAfter(refundUntil)) throw invalidField('refund_until', 'must not be after the date');
  const until = refundUntil === undefined && isAfter(event.refundUntil) ? date : refundUntil;
  const byMs = Date.parse(date) - Date.parse(event.date);
  const shifted = (at: string | null) => at && instantAt(Date.parse(at) + byMs);
  const { doorsAt = shifted(event.doorsAt), endsAt = shifted(event.endsAt) } = wanted;
  if (doorsAt && Date.parse(doorsAt) > Date.parse(date)) throw invalidField('doors_at', 'must not be after the date');
  if (endsAt && Date.parse(endsAt) <= Date.parse(date)) throw invalidField('ends_at', 'must be after the date');
  const onSaleUntil = shifted(event.onSaleUntil);
  const fromMs = event.onSaleFrom ? Date.parse(event.onSaleFrom) : nowMs;
  if (fromMs > nowMs && Date.parse(onSaleUntil ?? date) <= fromMs) {
    throw invalidField('date', 'its sale would end before on_sale_from: change that first');
  }
  return {
    ...{ status: 'rescheduled', date, doorsAt, endsAt, onSaleUntil, wasMoved: true },
    ...(until !== undefined && { refundUntil: until }),
  };
}

/** Returns an instant that the database and RFC 3339 can write; throws `invalid_request` for any other. */
function instantAt(ms: number): string {
  if (ms >= firstMs && ms <= lastMs) return new Date(ms).toISOString();
  throw invalidField('date', 'doors, end and end of the sale, which move with it, must stay in the years 1 to 9999');
}
