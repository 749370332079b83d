import { LRUCache } from 'lru-cache';
import { changedPlaces, changesOf, type SeatStatuses, statesOf, takenOf } from '../event/seat-statuses.ts';
import { type Look, maxFolded, type PlacesMessage, type SeatsMessage } from './live-viewer.ts';

type Message = SeatsMessage | PlacesMessage;
export type ByForm<T> = Record<'uuid' | 'index', T>;

/** A crowd that reconnects comes with few different versions. */
const maxVersions = 16;

/** Returns what viewers are told of these seats. Each message is made when it is first needed, once for all of them. */
export function lookAt(seats: SeatStatuses): ByForm<Look> {
  const id = seats.version;
  return {
    uuid: {
      taken: once<SeatsMessage>(() => ({ id, event: 'taken', seats: takenOf(seats) })),
      since: resumed(seats, (places) => ({ id, event: 'seats', seats: statesOf(seats, places) })),
    },
    index: {
      taken: once<PlacesMessage>(() => ({ id, event: 'taken', statuses: seats })),
      since: resumed(seats, (places) => ({ id, event: 'seats', places, statuses: seats })),
    },
  };
}

/**
 * Returns what has changed from one look to the next: undefined where nothing has. Where the event has other seats than
 * before, those who count them are told of all.
 */
export function changesBetween(before: SeatStatuses, now: SeatStatuses): ByForm<Message | undefined> {
  const id = now.version;
  if (before.seatsHash !== now.seatsHash) {
    const seats = changesOf(before, now);
    return {
      uuid: seats.length > 0 ? { id, event: 'seats', seats } : undefined,
      index: { id, event: 'taken', statuses: now },
    };
  }
  const places = changedPlaces(before, now);
  if (places.length === 0) return { uuid: undefined, index: undefined };
  return {
    uuid: { id, event: 'seats', seats: statesOf(now, places) },
    index: { id, event: 'seats', places, statuses: now },
  };
}

function resumed(seats: SeatStatuses, make: (places: readonly number[]) => Message): Look['since'] {
  const made = new LRUCache<string, Message>({ max: maxVersions });
  return (version) => {
    const known = made.get(version);
    if (known) return known;
    const places = seats.since(version);
    if (!places || places.length > maxFolded) return undefined;
    const message = make(places);
    made.set(version, message);
    return message;
  };
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
