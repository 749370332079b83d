import { Buffer } from 'node:buffer';
import type { SeatStatuses } from '../domain/event/seat-statuses.ts';

/** Returns the statuses of all seats as JSON; it is made once for all who share them. */
export function seatsJson(statuses: SeatStatuses): string {
  let text = made.get(statuses);
  if (text === undefined) {
    const { version, seatsHash, uuids, packed } = statuses;
    text = JSON.stringify({
      version,
      seats_hash: seatsHash,
      seats: uuids.length,
      statuses: Buffer.from(packed.buffer, packed.byteOffset, packed.length).toString('base64'),
    });
    made.set(statuses, text);
  }
  return text;
}

const made = new WeakMap<SeatStatuses, string>();
