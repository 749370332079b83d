/** An area and a place, or UTC: what Intl takes besides, such as `+01:00` and `EST`, knows no summer time. */
const name = /^([A-Za-z]+(\/[A-Za-z0-9_+-]+){1,2}|UTC)$/;

/** Returns the name of a time zone of IANA as it is written; undefined for what is none. */
export function timeZoneOf(text: string): string | undefined {
  if (!name.test(text)) return undefined;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    // A zone may have several names, and stays as it was named.
    return known.toLowerCase() === text.toLowerCase() ? known : text;
  } catch {
    return undefined;
  }
}
