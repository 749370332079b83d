/** The record of `onsale`, for the check afterwards: one JSON object per line. */
export type Line = Offer | Hold | Sale;

/** The event before the sale: the seats that were free for it, and those that were sold already. */
export type Offer = { record: 'offer'; event: string; seats: string[]; booked: string[] };

/** A reservation with a 200. */
export type Hold = { record: 'hold'; ticket: string; user: string };

/** A payment with a 200. */
export type Sale = { record: 'sale'; ticket: string; user: string; method: string };

/** The record of a run. */
export type SaleRecord = { offer: Offer | undefined; holds: Hold[]; sales: Sale[]; broken: number };

export const written = (line: Line): string => JSON.stringify(line);

/** Reads the record; `broken` counts lines that were cut short. Other lines are complaints of the scripts. */
export function parseRecord(text: string): SaleRecord {
  const found: SaleRecord = { offer: undefined, holds: [], sales: [], broken: 0 };
  for (const line of text.split('\n').filter(isRecord)) {
    const entry = parsed(line);
    if (entry?.record === 'offer') found.offer = entry;
    else if (entry?.record === 'hold') found.holds.push(entry);
    else if (entry?.record === 'sale') found.sales.push(entry);
    else found.broken++;
  }
  return found;
}

/** The lines that are no record, each once. */
export const complaints = (text: string): string[] => [
  ...new Set(text.split('\n').filter((line) => line.trim() !== '' && !isRecord(line))),
];

const isRecord = (line: string) => line.startsWith('{"record":');

function parsed(line: string): Line | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
