import { Buffer } from 'node:buffer';
import type { EventSnapshot, Sale, SeatStatus, TicketRow } from './event.ts';
import { codeOf, type SeatStatuses, seatStatuses } from './seat-statuses.ts';

/** Every status as JSON in the same number of bytes: blanks after a value mean nothing in JSON (RFC 8259, section 2). */
const statusWidth = '"available"'.length;
const statusBytes = seatStatuses.map((status) => Buffer.from(JSON.stringify(status).padEnd(statusWidth)));

/**
 * The seats of one event, and the finished body of its page, made when it is asked for by overwriting the statuses that have
 * changed since. Writing 20,000 seats anew for one booking would cost milliseconds; a copy and a few bytes cost a fraction of one.
 */
export class SeatBoard {
  #body: Uint8Array;
  /** The statuses that the body shows. */
  #bodyCodes: Uint8Array;
  readonly #tickets: TicketRow[];
  readonly #indexOf = new Map<string, number>();
  readonly #statusAt: Uint32Array;
  readonly #uuids: readonly string[];
  #codes: Uint8Array;
  #locked = new Set<string>();

  constructor({ tickets, mark: _, ...event }: EventSnapshot) {
    this.#tickets = tickets;
    this.#statusAt = new Uint32Array(tickets.length);
    this.#uuids = tickets.map(([uuid]) => uuid);
    this.#codes = Uint8Array.from(tickets, ([, , , sale]) => shown(sale, false));
    const parts = [`${JSON.stringify(event).slice(0, -1)},"tickets":[`];
    let length = Buffer.byteLength(parts[0]!);
    tickets.forEach(([uuid, seat, price], i) => {
      const comma = i === 0 ? '' : ',';
      const head = `${comma}{"uuid":${JSON.stringify(uuid)},"price":${price},"seat":${JSON.stringify(seat)},"status":`;
      this.#indexOf.set(uuid, i);
      length += Buffer.byteLength(head);
      this.#statusAt[i] = length;
      length += statusWidth + 1;
      parts.push(head, statusBytes[this.#codes[i]!]!.toString(), '}');
    });
    parts.push(']}');
    this.#body = new TextEncoder().encode(parts.join(''));
    this.#bodyCodes = this.#codes;
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

  /** In bytes, about. */
  get size(): number {
    return 4 * this.#body.length;
  }

  /** The seats as they are now. */
  get statuses(): SeatStatuses {
    return { uuids: this.#uuids, codes: this.#codes };
  }

  /** The page's bytes with the seats as they were, once, by `statuses`. Never written again: others get a copy. */
  bodyOf({ codes }: SeatStatuses): Uint8Array {
    if (codes === this.#bodyCodes) return this.#body;
    const body = this.#body.slice();
    for (let place = 0; place < codes.length; place++) {
      const code = codes[place]!;
      if (code !== this.#bodyCodes[place]) body.set(statusBytes[code]!, this.#statusAt[place]!);
    }
    this.#body = body;
    this.#bodyCodes = codes;
    return body;
  }

  #touch(uuid: string, touched: Set<number>): void {
    const index = this.#indexOf.get(uuid);
    if (index !== undefined) touched.add(index);
  }

  #show(touched: Set<number>): void {
    let codes: Uint8Array | undefined;
    for (const index of touched) {
      const [uuid, , , sale] = this.#tickets[index]!;
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
