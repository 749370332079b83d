import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { type SalePhase, type SaleState, salePhaseAt, saleStates } from '../../../shared/sale/sale-state.ts';
import type { EventPrices } from '../domain/event/event.ts';
import type { EventView } from '../domain/event/event-views.ts';
import { pricesNow } from '../domain/event/prices-now.ts';
import type { SeatBoard } from '../domain/event/seat-board.ts';
import { seatStatuses } from '../domain/event/seat-statuses.ts';
import { linksOf } from './links.ts';

/**
 * Returns the page of an event as JSON in bytes, with the seats as the view has them. They are made when they are first
 * asked for, once for all who share a view, and never written again: others get a copy.
 */
export const pageOf = ({ board, seats, now }: PageView): Uint8Array => pageFor(board).bytesOf(seats.codes, now);

/**
 * Returns what names the bytes of that page, the same in every process. Only the seats' version and the clock are read
 * for it: a client that has the page costs no copy of it.
 */
export function pageTag({ board, seats, now }: PageView): string {
  const page = pageFor(board);
  return `${page.hash}${saleStates.indexOf(page.saleAt(now))}${seats.version}`;
}

type PageView = Pick<EventView, 'board' | 'seats' | 'now'>;

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

/** So are the states of the sale, the numbers of seats, and the prices. */
const stateWidth = '"cancelled"'.length;
const stateBytes = (state: SaleState) => Buffer.from(JSON.stringify(state).padEnd(stateWidth));
const counted = ['free', 'held', 'sold'] as const;

/**
 * The finished body of an event's page, made anew by overwriting the statuses that have changed since, their numbers,
 * the prices of what is free and the state of the sale. Writing 20,000 seats for one booking would cost milliseconds; a copy and a few bytes cost
 * a fraction of one.
 */
class EventPage {
  #body: Uint8Array;
  /** The statuses that the body shows, how many there are of each, and the state of the sale that it shows. */
  #codes: Uint8Array;
  readonly #counts: number[];
  #state: SaleState = saleStates[0];
  #phase: SalePhase;
  readonly #event: SeatBoard['event'];
  readonly #tickets: SeatBoard['tickets'];
  readonly #statusAt: Uint32Array;
  readonly #stateAt: number;
  readonly #pricesAt: number;
  readonly #pricesWidth: number;
  readonly #countAt: number[];
  readonly #countWidth: number;
  /** Names all but the statuses, what follows from them, and the state of the sale. */
  readonly hash: string;

  constructor({ event, tickets }: SeatBoard) {
    this.#event = event;
    this.#tickets = tickets;
    this.#phase = salePhaseAt(event, 0);
    this.#counts = [tickets.length, 0, 0];
    this.#countWidth = String(tickets.length).length;
    this.#statusAt = new Uint32Array(tickets.length);
    const parts: string[] = [];
    let length = 0;
    const add = (part: string) => {
      parts.push(part);
      length += Buffer.byteLength(part);
      return length;
    };

    const { on_sale, prices, plan, calendar: _, ...members } = event;
    this.#stateAt = add(`${openEnd({ ...members, on_sale })},"state":`);
    this.#pricesAt = add(`${stateBytes(this.#state)}},"prices":`);
    this.#pricesWidth = widthOf(prices);
    add(' '.repeat(this.#pricesWidth));
    add(',"availability":');
    this.#countAt = counted.map((name, i) => {
      const at = add(`${i === 0 ? '{' : ','}"${name}":`);
      add(this.#countText(i));
      return at;
    });
    add(`},"links":${JSON.stringify(linksOf(event.uuid, plan))},"tickets":[`);
    tickets.forEach(([uuid, seat, price], i) => {
      const comma = i === 0 ? '' : ',';
      const head = `${comma}{"uuid":${JSON.stringify(uuid)},"price":${price},"seat":${JSON.stringify(seat)},"status":`;
      this.#statusAt[i] = add(head);
      length += statusWidth + 1;
      parts.push(available, '}');
    });
    parts.push(']}');
    this.#body = new TextEncoder().encode(parts.join(''));
    this.#codes = new Uint8Array(tickets.length);
    this.#setPrices(this.#body, this.#codes);
    this.hash = createHash('sha256').update(this.#body).digest('base64url').slice(0, 16);
  }

  /** Returns the state of the sale, by two comparisons as long as the phase lasts. */
  saleAt(now: number): SaleState {
    const { since, until } = this.#phase;
    if (now < since || now >= until) this.#phase = salePhaseAt(this.#event, now);
    return this.#phase.state;
  }

  bytesOf(codes: Uint8Array, now: number): Uint8Array {
    const state = this.saleAt(now);
    if (codes === this.#codes && state === this.#state) return this.#body;
    const body = this.#body.slice();
    const before = this.#codes;
    for (let place = 0; place < codes.length; place++) {
      const code = codes[place]!;
      if (code === before[place]) continue;
      body.set(statusBytes[code]!, this.#statusAt[place]!);
      this.#counts[before[place]!]!--;
      this.#counts[code]!++;
    }
    this.#countAt.forEach((at, i) => {
      body.set(Buffer.from(this.#countText(i)), at);
    });
    body.set(stateBytes(state), this.#stateAt);
    this.#setPrices(body, codes);
    this.#body = body;
    this.#codes = codes;
    this.#state = state;
    return body;
  }

  #setPrices(body: Uint8Array, codes: Uint8Array): void {
    const { prices } = this.#event;
    const text = JSON.stringify(prices && pricesNow(prices, this.#tickets, codes));
    const at = this.#pricesAt;
    const { written } = new TextEncoder().encodeInto(text, body.subarray(at));
    body.fill(blank, at + written, at + this.#pricesWidth);
  }

  #countText(code: number): string {
    return String(this.#counts[code]).padEnd(this.#countWidth);
  }
}

const blank = ' '.charCodeAt(0);

/** Returns the most bytes that prices take as JSON: none is longer than the longer end of all of them. */
function widthOf(prices: EventPrices | null): number {
  if (!prices) return 'null'.length;
  const longer = String(prices.from).length > String(prices.to).length ? prices.from : prices.to;
  const range = { from: longer, to: longer };
  const categories = prices.categories.map((one) => ({ ...one, ...range }));
  return Buffer.byteLength(JSON.stringify({ ...range, categories }));
}

/** Returns JSON without the ends of its object and of its last member, which is an object, too. */
const openEnd = (value: object) => JSON.stringify(value).slice(0, -2);
