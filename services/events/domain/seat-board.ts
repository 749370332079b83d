import { Buffer } from 'node:buffer';
import type { EventSnapshot, Sale, SeatStatus, TicketRow } from './event.ts';

/** A seat and what a visitor is told of it. */
export type SeatState = { uuid: string; status: SeatStatus };

/** Every status as JSON in the same number of bytes: blanks after a value mean nothing in JSON (RFC 8259, section 2). */
const statusWidth = '"available"'.length;
const statusBytes = Object.fromEntries(
  (['available', 'reserved', 'booked'] as const).map((status) => [
    status,
    Buffer.from(JSON.stringify(status).padEnd(statusWidth)),
  ]),
) as Record<SeatStatus, Buffer>;

/**
 * The finished body of one event's page, kept up to date by overwriting the statuses that changed. Writing 20,000 seats
 * anew for one booking would cost milliseconds; a copy and a few bytes cost a fraction of one.
 */
export class SeatBoard {
  /** The answer's bytes. Never written again once handed out: a change makes a copy. */
  body: Uint8Array;
  readonly #tickets: TicketRow[];
  readonly #indexOf = new Map<string, number>();
  readonly #statusAt: Uint32Array;
  readonly #shown: SeatStatus[];
  #locked = new Set<string>();

  constructor({ tickets, mark: _, ...event }: EventSnapshot) {
    this.#tickets = tickets;
    this.#statusAt = new Uint32Array(tickets.length);
    this.#shown = tickets.map(([, , , sale]) => shown(sale, false));
    const parts = [`${JSON.stringify(event).slice(0, -1)},"tickets":[`];
    let length = Buffer.byteLength(parts[0]!);
    tickets.forEach(([uuid, seat, price], i) => {
      const comma = i === 0 ? '' : ',';
      const head = `${comma}{"uuid":${JSON.stringify(uuid)},"price":${price},"seat":${JSON.stringify(seat)},"status":`;
      this.#indexOf.set(uuid, i);
      length += Buffer.byteLength(head);
      this.#statusAt[i] = length;
      length += statusWidth + 1;
      parts.push(head, statusBytes[this.#shown[i]!].toString(), '}');
    });
    parts.push(']}');
    this.body = new TextEncoder().encode(parts.join(''));
  }

  /**
   * Takes in the tickets that were written and the uuids that are locked now. Answers false when a ticket is not as the
   * board knows it (a new seat, another price): then a new board is needed.
   */
  update(written: TicketRow[], locked: string[]): boolean {
    const touched = new Set<number>();
    for (const [uuid, seat, price, sale] of written) {
      const index = this.#indexOf.get(uuid);
      const known = index === undefined ? undefined : this.#tickets[index];
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

  /** Every seat that is not simply available. */
  taken(): SeatState[] {
    return this.#tickets.flatMap(([uuid], i) =>
      this.#shown[i] === 'available' ? [] : [{ uuid, status: this.#shown[i]! }],
    );
  }

  #touch(uuid: string, touched: Set<number>): void {
    const index = this.#indexOf.get(uuid);
    if (index !== undefined) touched.add(index);
  }

  #show(touched: Set<number>): void {
    let body: Uint8Array | undefined;
    for (const index of touched) {
      const [uuid, , , sale] = this.#tickets[index]!;
      const status = shown(sale, this.#locked.has(uuid));
      if (status === this.#shown[index]) continue;
      this.#shown[index] = status;
      body ??= this.body.slice();
      body.set(statusBytes[status], this.#statusAt[index]!);
    }
    if (body) this.body = body;
  }
}

const shown = (sale: Sale, locked: boolean): SeatStatus =>
  sale === 'booked' ? 'booked' : sale === 'claimed' || locked ? 'reserved' : 'available';
