import { Buffer } from 'node:buffer';
import type { SeatStatuses } from '../domain/event/seat-statuses.ts';

/** Returns the statuses of all seats as JSON in bytes; it is made once for all who share them. */
export function seatsJson(statuses: SeatStatuses): Uint8Array {
  let bytes = made.get(statuses);
  if (bytes === undefined) {
    const { version, seatsHash, uuids, packed } = statuses;
    const text = JSON.stringify({
      version,
      seats_hash: seatsHash,
      seats: uuids.length,
      statuses: Buffer.from(packed.buffer, packed.byteOffset, packed.length).toString('base64'),
    });
    bytes = new TextEncoder().encode(text);
    made.set(statuses, bytes);
  }
  return bytes;
}

const made = new WeakMap<SeatStatuses, Uint8Array>();
