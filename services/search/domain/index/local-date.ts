import { LRUCache } from 'lru-cache';

const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 600 });

/** Returns the day of an instant in a time zone, as 2026-12-01; in UTC without one, or with one that is none. */
export function localDate(date: string, timeZone: string | null): string {
  const inUtc = date.slice(0, 'YYYY-MM-DD'.length);
  // On the first and last days of the calendar another zone may have a day that cannot be written.
  if (timeZone === null || inUtc === '0001-01-01' || inUtc === '9999-12-31') return inUtc;
  return formatOf(timeZone).format(Date.parse(date)).padStart('YYYY-MM-DD'.length, '0');
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
    return new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  } catch {
    return undefined;
  }
}
