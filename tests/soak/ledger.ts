/** The requests of buyers and their responses: everything that the judge knows of their side. */
export type Ledger = {
  /** The number of each response, by `<request> <status> <code>`; status 0 is a response that did not come. */
  answers: Map<string, number>;
  reservations: Map<string, HeldSeats>;
  orders: Map<string, OrderRequest>;
  refunds: Map<string, RefundRequest>;
  /** By user and ticket. */
  confirmations: Map<string, Confirmation>;
  /** The statuses of an order that its buyer saw, one after the other, each once in a row. */
  seen: Map<string, string[]>;
  /** How often a reservation was reported as extended. */
  extended: Map<string, number>;
  /** The final list of orders of each buyer. */
  lists: Map<string, SeenOrder[]>;
  /** The requested holds, by user. */
  holds: Map<string, HoldRequest[]>;
  /** Each request to release a reservation with its response. */
  releases: Release[];
  twins: Twins[];
  /** The requests for seats that were given back at a quiet moment, and the responses. */
  quiet: { ticket: string; user: string; said: string; span: Span }[];
  /** The final response of each key that first got a 202. */
  repeated: { key: string; before: string; status: number; uuid: string }[];
  /** When locks may have been lost. */
  locksLost: Span[];
  organiser: Organised;
  shows: Show[];
  byHand: ByHand;
};

/** From when until when, in milliseconds since 1970: all processes of a soak have one clock. */
export type Span = { from: number; until: number };

/**
 * No `tickets` means any. `said` is the status and code; empty when no response came in a while. `isLost`: a response
 * did not come, whatever came later.
 */
export type HoldRequest = Span & { tickets?: string[] | undefined; said: string; isLost: boolean };
export type Release = Span & { reservation: string; said: string };

/** The same request of one user twice at a time, for what they held until `end` at least. */
export type Twins = Span & { user: string; tickets: string[]; reservation?: string; end: number; said: string[] };

/** The organiser's changes by SQL; and `deeds` by the API. */
export type Organised = {
  /**
   * The prices of each ticket one after the other; two may be valid at a time, as the moment of a change is not known.
   */
  prices: Map<string, (Span & { price: number })[]>;
  gone: Gone[];
  /** Deletions that the database refused. */
  refused: { ticket: string; at: number }[];
  repriced: number;
  /** How often a show went through each of its steps. */
  deeds: Map<string, number>;
  /** Unexpected errors of the database. */
  failures: string[];
};

/**
 * An event of an organiser's program. `code` opens its presale, for so many reservations; `rate` is sold for so many
 * tickets. Each `told` is when the response came, and each `asked` when its request was sent.
 */
export type Show = {
  event: string;
  tickets: string[];
  code: { text: string; most: number };
  rate: { uuid: string; most: number };
  /** `until` the release was asked for. */
  heldBack: { tickets: string[]; until: number };
  /** From the response to the request for another date. */
  postponed?: Span;
  /** Since the response each buyer may give back. */
  rescheduled?: { told: number };
  cancelled?: { asked: number; told: number };
};

/** A ticket was surely missing between `gone` and `back`; perhaps from `asked` to `done`. */
export type Gone = { ticket: string; asked: number; gone: number; back: number; done: number };

/** Changes by hand and by banks at the payment provider, by order. */
export type ByHand = {
  refunds: Map<string, { amount: number; at: number }>;
  disputes: Map<string, 'open' | 'won' | 'lost'>;
  /** How often each thing was done. */
  deeds: Map<string, number>;
};

export type Seat = { uuid: string; price: number };
/** `expires_at` is the end in the first response; `asked` is the time of that request. */
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

/** A response to a request with a key. Those that only ask for a retry don't count. */
export type Told = Span & { status: number; text: string };
/** `told` has each different response once: there must be one. `open` counts the requests whose response was lost. */
type Keyed = { key: string; user: string; asked: number; open: number; told: Told[] };
export type OrderRequest = Keyed & { reservation: string; method: string };
/** No `tickets` means all of them. */
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
  organiser: { prices: new Map(), gone: [], refused: [], repriced: 0, deeds: new Map(), failures: [] },
  shows: [],
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

/** Returns the responses of success; 202 too, whose payment ends later. */
export const ordersTold = (ledger: Ledger) =>
  [...ledger.orders.values()].flatMap((request) =>
    request.told.filter(isDone).map(({ status, text }) => ({ request, status, order: JSON.parse(text) as SeenOrder })),
  );

export const refundsTold = (ledger: Ledger) =>
  [...ledger.refunds.values()].flatMap((request) =>
    request.told.filter(isDone).map(({ text }) => ({ request, refund: JSON.parse(text) as SeenRefund })),
  );
