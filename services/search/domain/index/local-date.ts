import { LRUCache } from 'lru-cache';

/** Every time zone is ahead of UTC, or behind it, by quarters of an hour. */
export const quarterMinutes = 15;

const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 600 });

/** Returns the day of an instant in a time zone, as 2026-12-01; in UTC without one, or with one that is none. */
export const localDate = (date: string, timeZone: string | null): string =>
  localMinute(date, timeZone).slice(0, 'YYYY-MM-DD'.length);

/** Returns how many minutes a time zone is ahead of UTC at an instant, to the quarter of an hour. */
export function utcOffset(date: string, timeZone: string | null): number {
  const [there, inUtc] = [localMinute(date, timeZone), date.slice(0, minuteLength)];
  const minutes = (Date.parse(`${there}Z`) - Date.parse(`${inUtc}Z`)) / 60_000;
  return Math.round(minutes / quarterMinutes) * quarterMinutes;
}

const minuteLength = 'YYYY-MM-DDTHH:MM'.length;

function localMinute(date: string, timeZone: string | null): string {
  const inUtc = date.slice(0, minuteLength);
  // On the first and last days of the calendar another zone may have a day that cannot be written.
  if (timeZone === null || inUtc.startsWith('0001-01-01') || inUtc.startsWith('9999-12-31')) return inUtc;
  return formatOf(timeZone).format(Date.parse(date)).padStart(minuteLength, '0').replace(' ', 'T');
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = isoFormat(timeZone) ?? isoFormat('UTC')!;
  formats.set(timeZone, format);
  return format;
}

/** Swedish dates are those of ISO 8601. */
function isoFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    const [year, digits] = ['numeric', '2-digit'] as const;
    const time = { hour: digits, minute: digits, hourCycle: 'h23' } as const;
    return new Intl.DateTimeFormat('sv-SE', { timeZone, year, month: digits, day: digits, ...time });
  } catch {
    return undefined;
  }
}
