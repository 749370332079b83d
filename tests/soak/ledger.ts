/** What buyers were told, and what they had asked for: all that the judge knows of their side. */
export type Ledger = {
  /** How often each answer came, by `<request> <status> <code>`; status 0 is an answer that did not come. */
  answers: Map<string, number>;
  reservations: Map<string, HeldSeats>;
  orders: Map<string, OrderRequest>;
  refunds: Map<string, RefundRequest>;
  /** By user and ticket. */
  confirmations: Map<string, Confirmation>;
  /** The statuses of an order that its buyer saw, one after the other, each once in a row. */
  seen: Map<string, string[]>;
  /** How often a reservation was said to be extended. */
  extended: Map<string, number>;
  /** What each buyer's list of orders says when all is over. */
  lists: Map<string, SeenOrder[]>;
  /** What was asked to be held, by user. */
  holds: Map<string, HoldRequest[]>;
  /** Each request to give a reservation back that was answered. */
  releases: Release[];
  twins: Twins[];
  /** Of seats that were given back at a quiet moment: who asked for them then, and what was said. */
  quiet: { ticket: string; user: string; said: string; span: Span }[];
  /** Of each key that was only told that its request was accepted: what it was told when that had ended. */
  repeated: { key: string; before: string; status: number; uuid: string }[];
  /** When locks may have been lost. */
  locksLost: Span[];
  organiser: Organised;
  byHand: ByHand;
};

/** From when until when, in milliseconds since 1970: all processes of a soak have one clock. */
export type Span = { from: number; until: number };

/**
 * No `tickets` are any that there are. `said` is the status and code; empty when no answer came in a while. `isLost`: an answer
 * did not come, whatever was said later.
 */
export type HoldRequest = Span & { tickets?: string[] | undefined; said: string; isLost: boolean };
export type Release = Span & { reservation: string; said: string };

/** The same request of one user twice at a time, for what they held until `end` at least. */
export type Twins = Span & { user: string; tickets: string[]; reservation?: string; end: number; said: string[] };

/** What an organiser did by SQL. */
export type Organised = {
  /** Of each ticket, its prices one after the other; two may hold at a time, for when one gave way to the other is not known. */
  prices: Map<string, (Span & { price: number })[]>;
  gone: Gone[];
  /** Deletions that the database refused. */
  refused: { ticket: string; at: number }[];
  repriced: number;
  /** What the database said that was not foreseen. */
  failures: string[];
};

/** A ticket was not there between `gone` and `back`, surely; perhaps not from `asked` to `done`. */
export type Gone = { ticket: string; asked: number; gone: number; back: number; done: number };

/** What people and banks did at the payment provider, by order. */
export type ByHand = {
  refunds: Map<string, { amount: number; at: number }>;
  disputes: Map<string, 'open' | 'won' | 'lost'>;
  /** How often each thing was done. */
  deeds: Map<string, number>;
};

export type Seat = { uuid: string; price: number };
/** `expires_at` is when it was first told to end; `asked` is when that was asked for. */
export type HeldSeats = {
  uuid: string;
  user: string;
  tickets: Seat[];
  total: number;
  expires_at: string;
  asked: number;
};
export type SeenOrder = {
  uuid: string;
  status: string;
  total: number;
  tickets: (Seat & { refunded: boolean })[];
};
export type SeenRefund = { uuid: string; order_uuid: string; amount: number; tickets: Seat[] };

/** An answer to a request under a key, as it was told. Those that only ask to come again are none. */
export type Told = Span & { status: number; text: string };
/** `told` has each different answer once: there must be one. `open` counts the requests whose answer was lost. */
type Keyed = { key: string; user: string; asked: number; open: number; told: Told[] };
export type OrderRequest = Keyed & { reservation: string; method: string };
/** No `tickets` are all of them. */
export type RefundRequest = Keyed & { order: string; tickets?: string[] | undefined };
/** A payment by the original's endpoint; `paid` once a buyer was told so. */
export type Confirmation = { user: string; ticket: string; paid: boolean };

export const createLedger = (): Ledger => ({
  answers: new Map(),
  reservations: new Map(),
  orders: new Map(),
  refunds: new Map(),
  confirmations: new Map(),
  seen: new Map(),
  extended: new Map(),
  lists: new Map(),
  holds: new Map(),
  releases: [],
  twins: [],
  quiet: [],
  repeated: [],
  locksLost: [],
  organiser: { prices: new Map(), gone: [], refused: [], repriced: 0, failures: [] },
  byHand: { refunds: new Map(), disputes: new Map(), deeds: new Map() },
});

export const overlap = (one: Span, other: Span) => one.from <= other.until && other.from <= one.until;

export const count = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** The entry of a key, made when it is new. */
export function entry<K, V>(entries: Map<K, V>, key: K, make: () => V): V {
  const known = entries.get(key);
  if (known !== undefined) return known;
  const made = make();
  entries.set(key, made);
  return made;
}

export function tell(noted: Keyed, { status, text }: Pick<Told, 'status' | 'text'>): void {
  const { told, asked } = noted;
  if (told.some((one) => one.status === status && one.text === text)) return;
  told.push({ status, text, from: asked, until: Date.now() });
}

export function see({ seen }: Ledger, { uuid, status }: SeenOrder): void {
  const before = entry(seen, uuid, () => [] as string[]);
  if (before.at(-1) !== status) before.push(status);
}

export const isDone = ({ status }: Told) => status === 201 || status === 202;

/** What was told to those who were told that it was done; 202 too, whose payment is answered later. */
export const ordersTold = (ledger: Ledger) =>
  [...ledger.orders.values()].flatMap((request) =>
    request.told.filter(isDone).map(({ status, text }) => ({ request, status, order: JSON.parse(text) as SeenOrder })),
  );

export const refundsTold = (ledger: Ledger) =>
  [...ledger.refunds.values()].flatMap((request) =>
    request.told.filter(isDone).map(({ text }) => ({ request, refund: JSON.parse(text) as SeenRefund })),
  );
