import type { EventSnapshot, Sale, SeatStatus, TicketRow } from './event.ts';
import { codeOf, type SeatStatuses } from './seat-statuses.ts';

/** The seats of one event, and their statuses. An update costs as much as has changed, not 20,000 seats. */
export class SeatBoard {
  /** The event without its seats. */
  readonly event: Omit<EventSnapshot, 'tickets' | 'mark'>;
  readonly tickets: readonly TicketRow[];
  readonly #indexOf: Map<string, number>;
  readonly #uuids: readonly string[];
  #codes: Uint8Array;
  #locked = new Set<string>();

  constructor({ tickets, mark: _, ...event }: EventSnapshot) {
    this.event = event;
    this.tickets = tickets;
    this.#uuids = tickets.map(([uuid]) => uuid);
    this.#indexOf = new Map(this.#uuids.map((uuid, index) => [uuid, index]));
    this.#codes = Uint8Array.from(tickets, ([, , , sale]) => shown(sale, false));
  }

  /**
   * Takes in the tickets that were written and the uuids that are locked now. Returns false when a ticket is not as the
   * board knows it (a new seat, another price): then a new board is needed.
   */
  update(written: TicketRow[], locked: string[]): boolean {
    const touched = new Set<number>();
    for (const [uuid, seat, price, sale] of written) {
      const index = this.#indexOf.get(uuid);
      const known = index === undefined ? undefined : this.tickets[index];
      if (!known || known[1] !== seat || known[2] !== price) return false;
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

  /** The seats as they are now. */
  get statuses(): SeatStatuses {
    return { uuids: this.#uuids, codes: this.#codes };
  }

  #touch(uuid: string, touched: Set<number>): void {
    const index = this.#indexOf.get(uuid);
    if (index !== undefined) touched.add(index);
  }

  #show(touched: Set<number>): void {
    let codes: Uint8Array | undefined;
    for (const index of touched) {
      const [uuid, , , sale] = this.tickets[index]!;
      const code = shown(sale, this.#locked.has(uuid));
      if (code === this.#codes[index]) continue;
      codes ??= this.#codes.slice();
      codes[index] = code;
    }
    if (codes) this.#codes = codes;
  }
}

const [available, reserved, booked] = (['available', 'reserved', 'booked'] as const satisfies SeatStatus[]).map(
  codeOf,
) as [number, number, number];

const shown = (sale: Sale, locked: boolean): number =>
  sale === 'booked' ? booked : sale === 'claimed' || locked ? reserved : available;
