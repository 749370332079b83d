import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { EventView } from '../domain/event/event-views.ts';
import type { SeatBoard } from '../domain/event/seat-board.ts';
import { seatStatuses } from '../domain/event/seat-statuses.ts';

/**
 * Returns the page of an event as JSON in bytes, with the seats as the view has them. They are made when they are first
 * asked for, once for all who share a view, and never written again: others get a copy.
 */
export const pageOf = ({ board, seats }: PageView): Uint8Array => pageFor(board).bytesOf(seats.codes);

/**
 * Returns what names the bytes of that page, the same in every process. Only the seats' version is read for it: a
 * client that has the page costs no copy of it.
 */
export const pageTag = ({ board, seats }: PageView): string => `${pageFor(board).hash}${seats.version}`;

type PageView = Pick<EventView, 'board' | 'seats'>;

function pageFor(board: SeatBoard): EventPage {
  let page = pages.get(board);
  if (!page) {
    page = new EventPage(board);
    pages.set(board, page);
  }
  return page;
}

const pages = new WeakMap<SeatBoard, EventPage>();

/**
 * Every status as JSON in the same number of bytes: blanks after a value mean nothing in JSON (RFC 8259, section 2).
 */
const statusWidth = '"available"'.length;
const statusBytes = seatStatuses.map((status) => Buffer.from(JSON.stringify(status).padEnd(statusWidth)));
/** The status of the code 0. */
const available = statusBytes[0]!.toString();

/**
 * The finished body of an event's page, made anew by overwriting the statuses that have changed since. Writing 20,000
 * seats for one booking would cost milliseconds; a copy and a few bytes cost a fraction of one.
 */
class EventPage {
  #body: Uint8Array;
  /** The statuses that the body shows. */
  #codes: Uint8Array;
  readonly #statusAt: Uint32Array;
  /** Names all but the statuses. */
  readonly hash: string;

  constructor({ event, tickets }: SeatBoard) {
    this.#statusAt = new Uint32Array(tickets.length);
    const parts = [`${JSON.stringify(event).slice(0, -1)},"tickets":[`];
    let length = Buffer.byteLength(parts[0]!);
    tickets.forEach(([uuid, seat, price], i) => {
      const comma = i === 0 ? '' : ',';
      const head = `${comma}{"uuid":${JSON.stringify(uuid)},"price":${price},"seat":${JSON.stringify(seat)},"status":`;
      length += Buffer.byteLength(head);
      this.#statusAt[i] = length;
      length += statusWidth + 1;
      parts.push(head, available, '}');
    });
    parts.push(']}');
    this.#body = new TextEncoder().encode(parts.join(''));
    this.#codes = new Uint8Array(tickets.length);
    this.hash = createHash('sha256').update(this.#body).digest('base64url').slice(0, 16);
  }

  bytesOf(codes: Uint8Array): Uint8Array {
    if (codes === this.#codes) return this.#body;
    const body = this.#body.slice();
    const before = this.#codes;
    for (let place = 0; place < codes.length; place++) {
      const code = codes[place]!;
      if (code !== before[place]) body.set(statusBytes[code]!, this.#statusAt[place]!);
    }
    this.#body = body;
    this.#codes = codes;
    return body;
  }
}
