export const dayMs = 86_400_000;

/** Returns the first instant of the UTC day that `now` is in. */
export function startOfDay(now: Date): number {
  return Math.floor(now.getTime() / dayMs) * dayMs;
}

/** The instant at which clocks of a time zone show a time of day; `dayStart` is that day's midnight as if in UTC. */
export function localInstant(dayStart: number, minutes: number, zone: string): Date {
  return new Date(dayStart + minutes * 60_000 - offsetAt(dayStart, zone));
}

const offsets = new Map<string, number>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** The zone's distance from UTC on the evening of a day, remembered: there are few days and zones, and many events. */
function offsetAt(dayStart: number, zone: string): number {
  const key = `${dayStart}${zone}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  const parts = format.formatToParts(dayStart + dayMs * 0.8);
  const offset = parseOffset(parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT');
  offsets.set(key, offset);
  return offset;
}

/** Parses `GMT`, `GMT+02:00` or `GMT-03:30`. */
function parseOffset(text: string): number {
  const match = /GMT([+-])(\d{2}):(\d{2})/.exec(text);
  if (!match) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return (match[1] === '-' ? -minutes : minutes) * 60_000;
}
