/** The window of a presale; instants are milliseconds since 1970. */
export type Presale = { name: string; startsAt: number; endsAt: number };

/** The rules by which an event's organiser sells; instants are milliseconds since 1970. */
export type EventRules = {
  status: 'draft' | 'published' | 'postponed' | 'rescheduled' | 'cancelled';
  /** The window of the general sale; null where it has no such end. */
  onSaleFrom: number | null;
  onSaleUntil: number | null;
  /** The start of the event, or the margin before it: nothing is sold after it. */
  sellsUntil: number;
  /** Most tickets that a buyer may hold and have bought together; null: as the platform has it. */
  ticketLimit: number | null;
  presales: Presale[];
  /** The hash of the plan from which its tickets are made. */
  planHash: string | null;
  /** The database's clock at the moment of the read. */
  readAt: number;
};

/** The reason why nothing can be held, or bought. */
export type OffSale = 'draft' | 'cancelled' | 'postponed' | 'ended' | 'not yet' | 'code invalid';

/** A hold needs an open window, or a code where only a presale is open; what was held then is bought without either. */
export type Deed = { is: 'hold'; accessCode?: string | undefined } | { is: 'purchase' };

/** Returns why an event sells nothing at a moment; undefined when it may. Only the database knows whether a code is right. */
export function offSaleAt(rules: EventRules, atMs: number, deed: Deed): OffSale | undefined {
  const { status, onSaleFrom, onSaleUntil, sellsUntil, presales } = rules;
  if (status !== 'published' && status !== 'rescheduled') return status;
  if (atMs >= sellsUntil) return 'ended';
  if (deed.is === 'purchase') return undefined;
  if (onSaleUntil !== null && atMs >= onSaleUntil) return 'ended';
  if (onSaleFrom === null || atMs >= onSaleFrom) return undefined;
  if (deed.accessCode === undefined) return 'not yet';
  return presales.some(({ startsAt, endsAt }) => atMs >= startsAt && atMs < endsAt) ? undefined : 'code invalid';
}

/** Returns the smaller of the platform's limit (0 is none) and the event's; 0 is none. */
export const limitOf = (platform: number, { ticketLimit }: Pick<EventRules, 'ticketLimit'>): number =>
  ticketLimit === null ? platform : platform === 0 ? ticketLimit : Math.min(platform, ticketLimit);
