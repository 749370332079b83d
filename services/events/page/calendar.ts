import { Buffer } from 'node:buffer';
import type { EventSnapshot, EventStatus } from '../domain/event/event.ts';
import { eventPath } from './links.ts';
import { placeOf } from './place.ts';

/** Tickets of a postponed event stay good, for a date that is not known yet. */
const statusOf: Record<EventStatus, 'CONFIRMED' | 'TENTATIVE' | 'CANCELLED'> = {
  draft: 'TENTATIVE',
  published: 'CONFIRMED',
  rescheduled: 'CONFIRMED',
  postponed: 'TENTATIVE',
  cancelled: 'CANCELLED',
};

export type CalendarFacts = Omit<EventSnapshot, 'tickets' | 'mark'>;

/**
 * Returns an event as a calendar of iCalendar (RFC 5545). Its instants are in UTC, which needs no rules of a zone: each
 * calendar shows them in its own. `publicUrl` is the address of this service for the world, if it is known.
 */
export function calendarOf(event: CalendarFacts, publicUrl: string): string {
  const { venue, calendar } = event;
  const changed = instant(calendar.updated_at);
  const { coordinates } = venue;
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Onsale//Events//EN',
    'CALSCALE:GREGORIAN',
    'BEGIN:VEVENT',
    `UID:${text(event.uuid)}`,
    `DTSTAMP:${changed}`,
    `LAST-MODIFIED:${changed}`,
    `SEQUENCE:${calendar.sequence}`,
    `STATUS:${statusOf[event.status]}`,
    `DTSTART:${instant(event.date)}`,
    ...(event.ends_at !== null ? [`DTEND:${instant(event.ends_at)}`] : []),
    `SUMMARY:${text(event.name)}`,
    ...(event.description !== '' ? [`DESCRIPTION:${text(event.description)}`] : []),
    ...(event.category !== null ? [`CATEGORIES:${text(event.category)}`] : []),
    `LOCATION:${text(placeOf(venue))}`,
    ...(coordinates ? [`GEO:${coordinates.latitude};${coordinates.longitude}`] : []),
    ...(publicUrl !== '' ? [`URL:${publicUrl}${eventPath(event.uuid)}`] : []),
    'END:VEVENT',
    'END:VCALENDAR',
  ];
  return `${lines.map(folded).join('\r\n')}\r\n`;
}

/** 2030-06-01T17:30:00.000Z in the basic form, which has no parts of a second. */
const instant = (rfc3339: string) => rfc3339.replaceAll(/[-:]|\.\d+/g, '');

/** Escapes a text (section 3.3.11); it has no control characters but tabs. */
const text = (value: string) =>
  value
    .replaceAll(/[\\;,]/g, '\\$&')
    .replaceAll(/\r\n|\r|\n/g, '\\n')
    .replaceAll(/(?!\t)\p{Cc}/gu, '');

const maxOctets = 75;

/** Folds a line (section 3.1): each part has at most 75 octets, the blank before it among them, and whole characters. */
function folded(line: string): string {
  if (Buffer.byteLength(line) <= maxOctets) return line;
  const parts = [''];
  let octets = 0;
  for (const character of line) {
    const more = Buffer.byteLength(character);
    if (octets + more > maxOctets) {
      parts.push('');
      octets = 1;
    }
    parts[parts.length - 1] += character;
    octets += more;
  }
  return parts.join('\r\n ');
}
