import { salePhaseAt } from '../../../shared/sale/sale-state.ts';
import type { EventStatus } from '../domain/event/event.ts';
import type { EventView } from '../domain/event/event-views.ts';
import { pricesNow } from '../domain/event/prices-now.ts';
import { codeOf } from '../domain/event/seat-statuses.ts';
import type { CalendarFacts } from './calendar.ts';
import { eventPath } from './links.ts';
import { placeOf } from './place.ts';

const vocabulary = 'https://schema.org';

const statusOf: Record<EventStatus, string> = {
  draft: 'EventScheduled',
  published: 'EventScheduled',
  rescheduled: 'EventRescheduled',
  postponed: 'EventPostponed',
  cancelled: 'EventCancelled',
};

/**
 * Returns an event as JSON-LD in the words of schema.org, with the members that search engines ask for, as far as they
 * are known. It may stand in a page's script: it has no `<`.
 */
export function schemaOf(view: Pick<EventView, 'board' | 'seats' | 'now'>, publicUrl: string): string {
  const { event } = view.board;
  const url = publicUrl === '' ? undefined : publicUrl + eventPath(event.uuid);
  const local = (instant: string | null) => (instant === null ? undefined : inZone(instant, event.time_zone));
  const document = {
    '@context': vocabulary,
    '@type': 'Event',
    ...(url && { '@id': url, url }),
    name: event.name,
    description: event.description || undefined,
    startDate: local(event.date),
    endDate: local(event.ends_at),
    doorTime: local(event.doors_at),
    previousStartDate: event.previous_dates.length > 0 ? event.previous_dates.map(local) : undefined,
    eventStatus: `${vocabulary}/${statusOf[event.status]}`,
    eventAttendanceMode: `${vocabulary}/OfflineEventAttendanceMode`,
    image: event.image_url === null ? undefined : [event.image_url],
    location: locationOf(event.venue),
    performer: event.performers.length > 0 ? event.performers.map(performerOf) : undefined,
    organizer: event.organiser
      ? { '@type': 'Organization', name: event.organiser.name, url: publicUrl || undefined }
      : undefined,
    offers: offersOf(view, url),
  };
  return JSON.stringify(document).replaceAll('<', '\\u003c');
}

function locationOf(venue: CalendarFacts['venue']) {
  const { name, location, address, city, country, coordinates } = venue;
  const isKnown = address !== null || city !== null || country !== null;
  return {
    '@type': 'Place',
    name: name ?? location,
    address: isKnown
      ? {
          '@type': 'PostalAddress',
          streetAddress: address ?? undefined,
          addressLocality: city ?? undefined,
          addressCountry: country ?? undefined,
        }
      : placeOf(venue),
    geo: coordinates ? { '@type': 'GeoCoordinates', ...coordinates } : undefined,
  };
}

/** A performer with an age is a person; a group has none. */
const performerOf = ({ name, age }: CalendarFacts['performers'][number]) => ({
  '@type': age > 0 ? 'Person' : 'PerformingGroup',
  name,
});

/** The offers that are on sale now, or will be; none once the sale is over. */
function offersOf({ board, seats, now }: Pick<EventView, 'board' | 'seats' | 'now'>, url: string | undefined) {
  const { prices: all, currency, on_sale } = board.event;
  const { state } = salePhaseAt(board.event, now);
  if (!all || currency === null || !['not_yet', 'presale', 'open'].includes(state)) return undefined;
  const prices = pricesNow(all, board.tickets, seats.codes);
  const isFree = seats.codes.includes(codeOf('available'));
  const availability = !isFree ? 'SoldOut' : state === 'open' ? 'InStock' : 'PreOrder';
  return {
    '@type': 'AggregateOffer',
    price: inUnits(prices.from, currency),
    lowPrice: inUnits(prices.from, currency),
    highPrice: inUnits(prices.to, currency),
    priceCurrency: currency,
    availability: `${vocabulary}/${availability}`,
    validFrom: on_sale.from ?? undefined,
    url,
  };
}

/** Returns an amount of minor units with the decimals of its currency. */
function inUnits(minor: number, currency: string): string {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions();
  return (minor / 10 ** digits).toFixed(digits);
}

/**
 * Returns an instant as RFC 3339 has it, by the clock of a zone, with its offset. In UTC without a zone, and where that
 * clock can't be written: its year has not four digits, or its offset has seconds, as before there were zones.
 */
function inZone(instant: string, zone: string | null): string {
  const offset = zone === null ? undefined : offsetOf(instant, zone);
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset ?? '') ?? [];
  if (!sign) return instant;
  const minutesAhead = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes));
  const local = new Date(Date.parse(instant) + minutesAhead * 60_000).toISOString();
  return /^(?!0000)\d{4}-/.test(local) ? local.slice(0, 19) + offset : instant;
}

/** Returns the offset of a zone at an instant, such as `+02:00`; undefined for what is no zone. */
function offsetOf(instant: string, zone: string): string | undefined {
  try {
    const formatter = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
    const name = formatter.formatToParts(new Date(instant)).find(({ type }) => type === 'timeZoneName')!.value;
    return name.replace('GMT', '') || '+00:00';
  } catch (error) {
    // By SQL a venue may have any text for a zone.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
