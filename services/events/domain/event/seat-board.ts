import type { EventSnapshot, Sale, SeatStatus, TicketRow } from './event.ts';
import { SeatHistory } from './seat-history.ts';
import { codeOf, type SeatStatuses } from './seat-statuses.ts';
import { hashOfSeats, pack, setPacked, versionOf } from './seat-version.ts';

/** The seats of one event, and their statuses. An update costs as much as has changed, not 20,000 seats. */
export class SeatBoard {
  /** The event without its seats. */
  readonly event: Omit<EventSnapshot, 'tickets' | 'mark'>;
  readonly tickets: readonly TicketRow[];
  readonly #indexOf: Map<string, number>;
  readonly #history: SeatHistory;
  #statuses: SeatStatuses;
  #locked = new Set<string>();
  /** No seat of an event that is cancelled or postponed is for sale, so none is available. */
  readonly #sells: boolean;

  constructor({ tickets, mark: _, ...event }: EventSnapshot) {
    this.event = event;
    this.tickets = tickets;
    this.#sells = event.status !== 'cancelled' && event.status !== 'postponed';
    const uuids = tickets.map(([uuid]) => uuid);
    this.#indexOf = new Map(uuids.map((uuid, index) => [uuid, index]));
    const codes = Uint8Array.from(tickets, ([, , , sale]) => shown(sale, !this.#sells));
    const packed = pack(codes);
    const seatsHash = hashOfSeats(tickets);
    const version = versionOf(seatsHash, packed);
    this.#history = new SeatHistory(tickets.length, version);
    this.#statuses = { uuids, codes, packed, seatsHash, version, since: since(this.#history, 0) };
  }

  /**
   * Takes in the tickets that were written and the uuids that are locked now. Returns false when a ticket is not as the
   * board knows it (a new seat, another price or category): then a new board is needed.
   */
  update(written: TicketRow[], locked: string[]): boolean {
    const touched = new Set<number>();
    for (const [uuid, seat, price, sale, category] of written) {
      const index = this.#indexOf.get(uuid);
      const known = index === undefined ? undefined : this.tickets[index];
      if (!known || known[1] !== seat || known[2] !== price || known[4] !== category) return false;
      known[3] = sale;
      touched.add(index!);
    }
    const before = this.#locked;
    this.#locked = new Set(locked);
    for (const uuid of locked) if (!before.has(uuid)) this.#touch(uuid, touched);
    for (const uuid of before) if (!this.#locked.has(uuid)) this.#touch(uuid, touched);
    this.#show(touched);
    return true;
  }

  /** The seats as they are now, the same object as long as they are the same. */
  get statuses(): SeatStatuses {
    return this.#statuses;
  }

  #touch(uuid: string, touched: Set<number>): void {
    const index = this.#indexOf.get(uuid);
    if (index !== undefined) touched.add(index);
  }

  #show(touched: Set<number>): void {
    const before = this.#statuses;
    const changed: number[] = [];
    let { codes, packed } = before;
    for (const index of touched) {
      const [uuid, , , sale] = this.tickets[index]!;
      const code = shown(sale, !this.#sells || this.#locked.has(uuid));
      if (code === codes[index]) continue;
      if (changed.length === 0) [codes, packed] = [codes.slice(), packed.slice()];
      codes[index] = code;
      setPacked(packed, index, code);
      changed.push(index);
    }
    if (changed.length === 0) return;
    const version = versionOf(before.seatsHash, packed);
    const number = this.#history.add(version, changed);
    this.#statuses = { ...before, codes, packed, version, since: since(this.#history, number) };
  }
}

/** Holds no board, which may be older than the statuses that somebody keeps. */
const since =
  (history: SeatHistory, number: number): SeatStatuses['since'] =>
  (version) =>
    history.between(version, number);

const [available, reserved, booked] = (['available', 'reserved', 'booked'] as const satisfies SeatStatus[]).map(
  codeOf,
) as [number, number, number];

const shown = (sale: Sale, kept: boolean): number =>
  sale === 'booked' ? booked : sale === 'claimed' || kept ? reserved : available;
