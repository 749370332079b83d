import { type Issue, invalidEvent, memberIsFixed } from './errors.ts';
import type { EventInput, LastPresale, OrganisersEvent } from './organisers-events.ts';

/** The members by their names in the API. */
export const memberNames = {
  name: 'name',
  description: 'description',
  category: 'category',
  genre: 'genre',
  performers: 'performers',
  venueUuid: 'venue_uuid',
  date: 'date',
  doorsAt: 'doors_at',
  endsAt: 'ends_at',
  imageUrl: 'image_url',
  onSaleFrom: 'on_sale_from',
  onSaleUntil: 'on_sale_until',
  ticketLimit: 'ticket_limit',
  currency: 'currency',
} as const satisfies Record<keyof EventInput, string>;

type Member = keyof EventInput;
const members = Object.keys(memberNames) as Member[];

/** Calendars show these: they follow a change by the event's sequence. */
const inCalendars: Member[] = ['name', 'description', 'venueUuid', 'date', 'endsAt'];

/** Buyers have tickets for that date and place: another one is a new date, by which they may give back. */
const fixedOnceShown: Member[] = ['venueUuid', 'date'];
const openOnceCancelled: Member[] = ['description', 'imageUrl'];

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** Returns the members that differ. */
export const changedMembers = (before: EventInput, after: EventInput): Member[] =>
  members.filter((member) => !isSame(before[member], after[member]));

/** Returns whether calendars must follow a change. */
export const showsInCalendars = (changed: Member[]): boolean => changed.some((member) => inCalendars.includes(member));

/**
 * Throws `invalid_request` with each member that goes against another, and for a `date` in the past; one that was so
 * `before` may stay.
 */
export function checkEvent(event: EventInput, now: number, before?: EventInput): void {
  const { date, doorsAt, endsAt, onSaleFrom, onSaleUntil } = event;
  const at = Date.parse;
  const issues: Issue[] = [];
  if (date !== before?.date && at(date) <= now) issues.push({ path: 'date', message: 'must be in the future' });
  if (doorsAt !== null && at(doorsAt) > at(date)) {
    issues.push({ path: 'doors_at', message: 'must not be after date' });
  }
  if (endsAt !== null && at(endsAt) <= at(date)) issues.push({ path: 'ends_at', message: 'must be after date' });
  if (onSaleFrom !== null && at(onSaleFrom) >= at(date)) {
    issues.push({ path: 'on_sale_from', message: 'must be before date' });
  }
  if (onSaleFrom !== null && onSaleUntil !== null && at(onSaleUntil) <= at(onSaleFrom)) {
    issues.push({ path: 'on_sale_until', message: 'must be after on_sale_from' });
  }
  if (issues.length > 0) throw invalidEvent(issues);
}

/** Throws `invalid_request` when everybody could buy before a presale has ended. */
export function checkPresales({ onSaleFrom }: EventInput, last: LastPresale | null, now: number): void {
  if (!last || Date.parse(last.endsAt) <= (onSaleFrom === null ? now : Date.parse(onSaleFrom))) return;
  const message = `must be ${last.endsAt} or later, when the presale “${last.name}” ends: first end that sooner, or delete it`;
  throw invalidEvent([{ path: 'on_sale_from', message }]);
}

/** Throws `event_member_fixed` with each of the changed members that an event of this status, or with tickets, keeps. */
export function checkFixed(event: Fixing, changed: Member[]): void {
  const issues = changed.flatMap((member) => {
    const why = whyFixed(member, event);
    return why ? [{ path: memberNames[member], message: why }] : [];
  });
  if (issues.length > 0) throw memberIsFixed(issues);
}

type Fixing = Pick<OrganisersEvent, 'settings' | 'hasTickets' | 'hasPlan' | 'offerUnderWay'>;

function whyFixed(member: Member, event: Fixing): string | undefined {
  const { status } = event.settings;
  const isOffered = event.offerUnderWay !== null;
  if (status === 'cancelled' && !openOnceCancelled.includes(member)) return 'stays: the event is cancelled';
  if (status !== 'draft' && fixedOnceShown.includes(member)) {
    return 'stays once the event is published: reschedule it for another date; for another venue, cancel it';
  }
  if (member === 'currency' && (event.hasTickets || isOffered)) return 'stays while the event has tickets';
  if (member === 'venueUuid' && (event.hasPlan || isOffered)) {
    return 'stays while the event has tickets of a plan of the venue: for another venue, make another draft';
  }
  return undefined;
}
