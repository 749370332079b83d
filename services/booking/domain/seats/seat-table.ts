import type { OfferedSeat } from './candidates.ts';

/**
 * The seats of an event at their places, in a third of the memory that they take as objects: an arena's uuids alone are
 * megabytes as texts.
 */
export class SeatTable {
  readonly size: number;
  /** Four words a uuid. */
  readonly #uuids: Uint32Array;
  /** A hash table of places, counted from 1, by their uuids. */
  readonly #slots: Int32Array;
  /** Uuids that are not written as usual. */
  readonly #others = new Map<string, number>();
  readonly #labels: string[] = [];
  readonly #prices: Float64Array;
  readonly #planPlaces: Int32Array;
  readonly #currencies: Names;
  readonly #categories: Names;

  constructor(seats: readonly OfferedSeat[]) {
    this.size = seats.length;
    this.#uuids = new Uint32Array(4 * this.size);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * this.size + 2)));
    this.#prices = new Float64Array(this.size);
    this.#planPlaces = new Int32Array(this.size);
    this.#currencies = new Names(this.size);
    this.#categories = new Names(this.size);
    for (const [place, { uuid, seat, price, currency, category, place: planPlace }] of seats.entries()) {
      this.#labels.push(seat);
      this.#prices[place] = price;
      this.#planPlaces[place] = planPlace ?? none;
      this.#currencies.set(place, currency);
      this.#categories.set(place, category ?? '');
      if (!readUuid(uuid)) {
        this.#others.set(uuid, place);
        continue;
      }
      this.#uuids.set(words, 4 * place);
      this.#slots[this.#slotOf()] = place + 1;
    }
  }

  /** Returns the place of a seat; undefined for an unknown one. */
  placeOf(uuid: string): number | undefined {
    if (!readUuid(uuid)) return this.#others.get(uuid);
    const found = this.#slots[this.#slotOf()]!;
    return found === 0 ? undefined : found - 1;
  }

  uuidAt(place: number): string {
    for (const [uuid, at] of this.#others) if (at === place) return uuid;
    const at = 4 * place;
    const [a, b, c, d] = [this.#uuids[at]!, this.#uuids[at + 1]!, this.#uuids[at + 2]!, this.#uuids[at + 3]!];
    return `${high(a)}${low(a)}-${high(b)}-${low(b)}-${high(c)}-${low(c)}${high(d)}${low(d)}`;
  }

  /** Returns whether nothing about the seat has changed but whether it is free. */
  isAsBefore(place: number, { seat, price, currency, category, place: planPlace }: OfferedSeat): boolean {
    return (
      this.#labels[place] === seat &&
      this.#prices[place] === price &&
      this.#planPlaces[place] === (planPlace ?? none) &&
      this.#currencies.at(place) === currency &&
      this.#categories.at(place) === (category ?? '')
    );
  }

  /** Returns the slot of the uuid that was read last, or the empty one where it belongs. */
  #slotOf(): number {
    const mask = this.#slots.length - 1;
    // The end of a uuid is random, whatever its version.
    let slot = (words[3]! ^ words[2]!) & mask;
    for (;;) {
      const at = 4 * (this.#slots[slot]! - 1);
      const uuids = this.#uuids;
      if (at < 0) return slot;
      const isIt =
        uuids[at + 3] === words[3] &&
        uuids[at] === words[0] &&
        uuids[at + 1] === words[1] &&
        uuids[at + 2] === words[2];
      if (isIt) return slot;
      slot = (slot + 1) & mask;
    }
  }
}

/** A ticket that is not of the plan. */
const none = -1;

/** Names by place, each kept once. */
class Names {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #at: Uint16Array;

  constructor(size: number) {
    this.#at = new Uint16Array(size);
  }

  at(place: number): string {
    return this.#names[this.#at[place]!]!;
  }

  set(place: number, name: string): void {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.push(name) - 1;
      this.#numbers.set(name, number);
    }
    this.#at[place] = number;
  }
}

/** The uuid that was read last. */
const words = new Uint32Array(4);

/** The value of each hexadecimal digit by its code; of anything else -1. */
const digits = new Int8Array(2 ** 16).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) digits[digit.charCodeAt(0)] = value;

/** Returns the value of four digits; less than 0 when they are none. Without a branch: digits can't be foretold. */
const four = (uuid: string, at: number): number =>
  (digits[uuid.charCodeAt(at)]! << 12) |
  (digits[uuid.charCodeAt(at + 1)]! << 8) |
  (digits[uuid.charCodeAt(at + 2)]! << 4) |
  digits[uuid.charCodeAt(at + 3)]!;

/** The two digits of each byte. */
const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const high = (word: number) => pairs[word >>> 24]! + pairs[(word >>> 16) & 255]!;
const low = (word: number) => pairs[(word >>> 8) & 255]! + pairs[word & 255]!;

/** Reads a uuid into `words`; false when it is not written as usual: five groups of small hexadecimal digits. */
function readUuid(uuid: string): boolean {
  if (uuid.length !== 36) return false;
  const [a, b, c, d] = [four(uuid, 0), four(uuid, 4), four(uuid, 9), four(uuid, 14)];
  const [e, f, g, h] = [four(uuid, 19), four(uuid, 24), four(uuid, 28), four(uuid, 32)];
  words[0] = (a << 16) | b;
  words[1] = (c << 16) | d;
  words[2] = (e << 16) | f;
  words[3] = (g << 16) | h;
  const isDash = (at: number) => uuid.charCodeAt(at) === dash;
  return isDash(8) && isDash(13) && isDash(18) && isDash(23) && (a | b | c | d | e | f | g | h) >= 0;
}

const dash = 45;
