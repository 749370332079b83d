/** How the sale of an event stands. A program need not compare clocks to know it. */
export type SaleState = (typeof saleStates)[number];

export const saleStates = ['not_yet', 'presale', 'open', 'ended', 'postponed', 'cancelled'] as const;

/** The state of a sale, in which it is from `since` to before `until`, by the clock alone. */
export type SalePhase = { state: SaleState; since: number; until: number };

/** Returns the phase of an event's sale at an instant. Not all seats need be free, or be left, while it is open. */
export function salePhaseAt({ status, date, on_sale }: SaleFacts, now: number): SalePhase {
  const { from, until, presales } = on_sale;
  const windows = presales.map(({ starts_at, ends_at }) => [Date.parse(starts_at), Date.parse(ends_at)] as const);
  const begins = from === null ? -Infinity : Date.parse(from);
  const ends = Math.min(Date.parse(date), until === null ? Infinity : Date.parse(until));
  const turns = [begins, ends, ...windows.flat()];
  return {
    state: stateNow(),
    since: Math.max(-Infinity, ...turns.filter((at) => at <= now)),
    until: Math.min(Infinity, ...turns.filter((at) => at > now)),
  };

  function stateNow(): SaleState {
    if (status === 'cancelled' || status === 'postponed') return status;
    if (status === 'draft') return 'not_yet';
    if (now >= ends) return 'ended';
    if (now >= begins) return 'open';
    return windows.some(([start, end]) => start <= now && now < end) ? 'presale' : 'not_yet';
  }
}

/** What the state of a sale follows from. Instants are RFC 3339. */
export type SaleFacts = {
  status: EventStatus;
  /** When the event begins. */
  date: string;
  on_sale: SaleWindows;
};

export type EventStatus = 'draft' | 'published' | 'postponed' | 'rescheduled' | 'cancelled';

/** The windows of the general sale and of the presales; null: from the publication, to the start of the event. */
export type SaleWindows = {
  from: string | null;
  until: string | null;
  presales: { starts_at: string; ends_at: string }[];
};
