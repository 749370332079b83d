import type { Actor } from '../../../../shared/auth/actor.ts';
import { AppError } from '../../../../shared/errors.ts';
import { mustBe } from '../actor.ts';
import { eventNotFound, salesEnded, ticketNotAvailable } from '../errors.ts';
import type { Promised } from '../seats/best-choices.ts';
import type { Wish } from '../seats/candidates.ts';
import { type HeldReservation, type HoldPorts, holdSeats } from './hold-seats.ts';

/**
 * Holds the best available seats of an event for a user (see `Candidates`). Throws `ticket_not_available` when there
 * was a moment of the call at which no set for the wish was free; `event_not_found`, `sales_ended`, `too_many_tickets`,
 * `amount_not_chargeable`, `forbidden`, and `unavailable` when others were faster for seconds.
 */
export async function reserveBest(
  ports: HoldPorts,
  { actor, userUuid, eventUuid, ...wish }: { actor: Actor; userUuid: string; eventUuid: string } & Wish,
): Promise<HeldReservation> {
  mustBe(actor, userUuid);
  const search = ports.seats.best(eventUuid, wish);
  for (;;) {
    const choice = await search.next();
    if (!choice) throw eventNotFound();
    if (!choice.isOnSale) throw salesEnded();
    if (!choice.set) throw ticketNotAvailable([]);
    const held = await tryToHold(ports, { userUuid, eventUuid }, choice.set);
    if (held) return held;
  }
}

/** Returns undefined when others were faster. Each promised set ends as held, lost or free. */
async function tryToHold(
  ports: HoldPorts,
  { userUuid, eventUuid }: { userUuid: string; eventUuid: string },
  set: Promised,
): Promise<HeldReservation | undefined> {
  const { ticketUuids } = set;
  try {
    const outcome = await holdSeats(ports, { userUuid, eventUuid, ticketUuids, isChosen: false });
    if ('held' in outcome) {
      set.held();
      return outcome.held;
    }
    set.lost(outcome.conflicts);
    return undefined;
  } catch (error) {
    // After any error but a refusal they may be held.
    if (error instanceof AppError && error.kind !== 'unavailable') set.free();
    else set.lost(ticketUuids);
    throw error;
  }
}
