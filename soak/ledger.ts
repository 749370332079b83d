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
};

export type Seat = { uuid: string; price: number };
export type HeldSeats = { uuid: string; user: string; tickets: Seat[]; total: number };
export type SeenOrder = {
  uuid: string;
  status: string;
  total: number;
  tickets: (Seat & { refunded: boolean })[];
};
export type SeenRefund = { uuid: string; order_uuid: string; amount: number; tickets: Seat[] };

/** An answer to a request under a key, as it was told. Those that only ask to come again are none. */
export type Told = { status: number; text: string };
/** `told` has each different answer once: there must be one. */
type Keyed = { key: string; user: string; told: Told[] };
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
});

export const count = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** The entry of a key, made when it is new. */
export function entry<K, V>(entries: Map<K, V>, key: K, make: () => V): V {
  const known = entries.get(key);
  if (known !== undefined) return known;
  const made = make();
  entries.set(key, made);
  return made;
}

export function tell({ told }: Keyed, { status, text }: Told): void {
  if (!told.some((one) => one.status === status && one.text === text)) told.push({ status, text });
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
