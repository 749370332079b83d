import { codeOf, type SeatState, type SeatStatuses } from './seat-statuses.ts';
import { hashOfSeats, pack, versionOf } from './seat-version.ts';

/** Returns the statuses of these seats, which have no history. */
export function statusesFor(...seats: SeatState[]): SeatStatuses {
  const codes = Uint8Array.from(seats, ({ status }) => codeOf(status));
  const packed = pack(codes);
  const seatsHash = hashOfSeats(seats.map(({ uuid }) => [uuid, uuid, 1, 'free']));
  const version = versionOf(seatsHash, packed);
  return { uuids: seats.map(({ uuid }) => uuid), codes, packed, seatsHash, version, since: () => undefined };
}
