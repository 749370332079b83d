import type { SeatStatus } from './event.ts';

/** A seat and the status that a visitor sees. */
export type SeatState = { uuid: string; status: SeatStatus };

/**
 * The status of each seat of an event at one moment, by its place: an index into `seatStatuses`. Neither list is
 * written again; `uuids` stays the same list as long as the seats are the same.
 */
export type SeatStatuses = { readonly uuids: readonly string[]; readonly codes: Uint8Array };

export const seatStatuses: readonly SeatStatus[] = ['available', 'reserved', 'booked'];
export const codeOf = (status: SeatStatus): number => seatStatuses.indexOf(status);
const available = codeOf('available');

/** Returns every seat that is not available. */
export function takenOf({ uuids, codes }: SeatStatuses): SeatState[] {
  const taken: SeatState[] = [];
  for (let place = 0; place < codes.length; place++) {
    const code = codes[place]!;
    if (code !== available) taken.push({ uuid: uuids[place]!, status: seatStatuses[code]! });
  }
  return taken;
}

/** Returns the seats whose status has changed, with the later one; seats that are gone count as available. */
export function changesOf(earlier: SeatStatuses, later: SeatStatuses): SeatState[] {
  if (earlier.uuids !== later.uuids) return changesOfOthers(earlier, later);
  if (earlier.codes === later.codes) return [];
  const changes: SeatState[] = [];
  // An iterator would make an array for each of 20,000 seats, at every read.
  for (let place = 0; place < later.codes.length; place++) {
    const code = later.codes[place]!;
    if (earlier.codes[place] !== code) changes.push({ uuid: later.uuids[place]!, status: seatStatuses[code]! });
  }
  return changes;
}

/** Like `changesOf`, where the event has other seats than before. */
function changesOfOthers(earlier: SeatStatuses, later: SeatStatuses): SeatState[] {
  const before = byUuid(takenOf(earlier));
  const after = byUuid(takenOf(later));
  const changed = [...after].filter(([uuid, status]) => before.get(uuid) !== status);
  const freed = [...before.keys()].filter((uuid) => !after.has(uuid));
  return [
    ...changed.map(([uuid, status]) => ({ uuid, status })),
    ...freed.map((uuid) => ({ uuid, status: 'available' as const })),
  ];
}

/** The newest status of each seat. */
export const byUuid = (seats: SeatState[]): Map<string, SeatStatus> =>
  new Map(seats.map(({ uuid, status }) => [uuid, status]));
