import { batched } from '../../../shared/batched.ts';
import type { TicketLocks } from '../../../shared/locks/ticket-locks.ts';
import { bestSeats, type Wish } from './best-seats.ts';
import type { Reservations } from './reservation.ts';

/** Sets of seats for a wish, the best first: each caller takes the next one, so that those of one moment do not meet. */
export type Choices = { isOnSale: boolean; next(): string[] | undefined };

/** Undefined without the event. */
export type ChooseBest = (eventUuid: string, wish: Wish) => Promise<Choices | undefined>;

/** Different events and wishes at a time; callers that ask for the same wait for one read of it. */
const atOnce = 4;

/**
 * Chooses among the seats as they are after the call began. Callers of one moment with the same wish share a read and its
 * choices: an arena has 20,000 seats, and a rush many callers.
 */
export function chooseBest(deps: {
  reservations: Pick<Reservations, 'seatsOf'>;
  locks: Pick<TicketLocks, 'list'>;
  mayStrand: boolean;
}): ChooseBest {
  const read = batched(
    async (keys: string[]) =>
      new Map(await Promise.all(keys.map(async (key) => [key, await choicesFor(key)] as const))),
    { atOnce },
  );

  async function choicesFor(key: string): Promise<Choices | undefined> {
    const [eventUuid, wish] = JSON.parse(key) as [string, Wish];
    const [offer, locked] = await Promise.all([deps.reservations.seatsOf(eventUuid), deps.locks.list(eventUuid)]);
    if (!offer) return undefined;
    const taken = new Set(locked);
    const sets = bestSeats(
      offer.seats.map((seat) => ({ ...seat, free: seat.free && !taken.has(seat.uuid) })),
      wish,
      { mayStrand: deps.mayStrand },
    );
    let given = 0;
    // When there are more callers than sets, some meet; who loses looks again.
    return { isOnSale: offer.isOnSale, next: () => sets[given++ % sets.length] };
  }

  return (eventUuid, { quantity, maxPrice, section }) =>
    read(JSON.stringify([eventUuid, { quantity, maxPrice, section }]));
}
