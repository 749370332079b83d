import type { Actor } from '../../../../shared/auth/actor.ts';
import { AppError } from '../../../../shared/errors.ts';
import { mustBe } from '../actor.ts';
import { eventNotFound, noSuchSet } from '../errors.ts';
import { admit, refused } from '../sale-rules/admit.ts';
import type { Wish } from '../seats/candidates.ts';
import type { Promised } from '../seats/event-choices.ts';
import { type HeldReservation, type HoldPorts, type HoldRequest, holdSeats } from './hold-seats.ts';

type Request = Wish & {
  actor: Actor;
  userUuid: string;
  eventUuid: string;
  /** The code of a presale. */
  accessCode?: string | undefined;
  /** The rates of as many seats, of the best first; null is the category's own price. */
  rateUuids?: (string | null)[] | undefined;
};

/**
 * Holds the best available seats of an event for a user (see `Candidates`). Throws `ticket_not_available` when there
 * was a moment of the call at which no set for the wish was free; `event_not_found`, `too_many_tickets`, an error of the
 * event's rules, its code or its rates as for `reserveTickets`, `amount_not_chargeable`, `forbidden`, and `unavailable` when others were faster for seconds.
 */
export async function reserveBest(
  ports: HoldPorts,
  { actor, userUuid, eventUuid, accessCode, rateUuids, ...wish }: Request,
): Promise<HeldReservation> {
  mustBe(actor, userUuid);
  const door = { eventUuid, deed: { is: 'hold', accessCode }, missing: eventNotFound } as const;
  const rules = await admit(ports, door);
  const request = { userUuid, eventUuid, isChosen: false, accessCode, rateUuids, rules, missing: eventNotFound };
  const search = ports.seats.best(eventUuid, wish);
  for (;;) {
    const choice = await search.next();
    if (!choice) throw eventNotFound();
    if (!choice.isOnSale) throw await refused(ports, door);
    if (!choice.set) throw noSuchSet();
    const held = await tryToHold(ports, request, choice.set);
    if (held) return held;
  }
}

/** Returns undefined when others were faster. Each promised set ends as held, lost or free. */
async function tryToHold(
  ports: HoldPorts,
  request: Omit<HoldRequest, 'ticketUuids'>,
  set: Promised,
): Promise<HeldReservation | undefined> {
  const { ticketUuids } = set;
  try {
    const outcome = await holdSeats(ports, { ...request, ticketUuids });
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
