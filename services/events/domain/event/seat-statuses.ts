import type { SeatStatus } from './event.ts';

/** A seat and the status that a visitor sees. */
export type SeatState = { uuid: string; status: SeatStatus };

/**
 * The status of each seat of an event at one moment, by its place: an index into `seatStatuses`. No list is
 * written again.
 */
export type SeatStatuses = {
  readonly uuids: readonly string[];
  readonly codes: Uint8Array;
  /** The codes, two bits each. */
  readonly packed: Uint8Array;
  /** Names the seats, their order and their labels. */
  readonly seatsHash: string;
  /** Names the seats and their statuses. Two processes that see the same give it the same name. */
  readonly version: string;
  /**
   * Returns the places that have changed since that version, some perhaps back again; undefined when the version is
   * too old, or not of these seats.
   */
  since(version: string): readonly number[] | undefined;
};

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
  if (earlier.seatsHash !== later.seatsHash) return changesOfOthers(earlier, later);
  return statesOf(later, changedPlaces(earlier, later));
}

/** Returns the places whose status has changed, where the seats are the same. */
export function changedPlaces(earlier: SeatStatuses, later: SeatStatuses): number[] {
  const places: number[] = [];
  if (earlier.codes === later.codes) return places;
  // An iterator would make an array for each of 20,000 seats, at every read.
  for (let place = 0; place < later.codes.length; place++) {
    if (earlier.codes[place] !== later.codes[place]) places.push(place);
  }
  return places;
}

/** Returns the seats at these places. */
export const statesOf = ({ uuids, codes }: SeatStatuses, places: readonly number[]): SeatState[] =>
  places.map((place) => ({ uuid: uuids[place]!, status: seatStatuses[codes[place]!]! }));

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
