import { createHash } from 'node:crypto';
import type { TicketRow } from './event.ts';

/** 96 bits: two states of one event never have the same. */
const length = 16;

const hash = (text: string) => createHash('sha256').update(text);

/** Returns what names the seats of an event, their order and their labels: the same in every process. */
export function hashOfSeats(tickets: readonly TicketRow[]): string {
  let text = '';
  // A text of PostgreSQL has no NUL.
  for (const [uuid, seat] of tickets) text += `${uuid}\0${seat}\0`;
  return hash(text).digest('base64url').slice(0, length);
}

/** Returns what names these seats with these statuses: the same in every process. */
export const versionOf = (seatsHash: string, packed: Uint8Array): string =>
  hash(seatsHash).update(packed).digest('base64url').slice(0, length);

/** Returns the codes in two bits each: the first of four seats has the lowest bits of their byte. */
export function pack(codes: Uint8Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil(codes.length / 4));
  for (let place = 0; place < codes.length; place++) setPacked(packed, place, codes[place]!);
  return packed;
}

/** Sets the code of one seat. */
export function setPacked(packed: Uint8Array, place: number, code: number): void {
  const at = place >> 2;
  const shift = (place & 3) << 1;
  packed[at] = (packed[at]! & ~(3 << shift)) | (code << shift);
}
