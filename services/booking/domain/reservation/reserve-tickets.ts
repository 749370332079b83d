import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustBe } from '../actor.ts';
import { heldInAnotherReservation, severalEvents, ticketNotAvailable } from '../errors.ts';
import { admit } from '../sale-rules/admit.ts';
import { type HeldReservation, type HoldPorts, holdSeats } from './hold-seats.ts';

type Request = {
  actor: Actor;
  userUuid: string;
  ticketUuids: string[];
  /** The code of a presale. */
  accessCode?: string | undefined;
  /** The rates of the tickets, in their order; null is the category's own price. */
  rateUuids?: (string | null)[] | undefined;
};

/**
 * Holds all of the tickets for a user, or none. Repeating it returns the same reservation. Throws
 * `ticket_not_available` with the `conflicts` that another user holds or owns (or that the user holds in another
 * reservation, or at other rates), an error of the event's rules (see `admit`), `code_invalid`, `code_used_up`,
 * `rate_not_available`, `rate_sold_out`, `seat_stranded` with the single seats that would be left, `too_many_tickets`,
 * `amount_not_chargeable`, `invalid_request` for tickets of several events or currencies, and `forbidden` unless the
 * user is the actor.
 *
 * Lock first, then look, as for a single ticket: losers of a race cost one call of the lock store.
 */
export async function reserveTickets(
  ports: HoldPorts,
  { actor, userUuid, ticketUuids, accessCode, rateUuids }: Request,
): Promise<HeldReservation> {
  mustBe(actor, userUuid);
  const { knownTickets } = ports;
  const known = await Promise.all(ticketUuids.map(async (uuid) => [uuid, await knownTickets.factsOf(uuid)] as const));
  const unknown = known.flatMap(([uuid, facts]) => (facts ? [] : [uuid]));
  if (unknown.length > 0) throw ticketNotAvailable(unknown);
  const [eventUuid = '', ...others] = new Set(known.map(([, facts]) => facts!.eventUuid));
  if (others.length > 0) throw severalEvents();
  const missing = () => ticketNotAvailable(ticketUuids);
  const rules = await admit(ports, { eventUuid, deed: { is: 'hold', accessCode }, missing });
  const request = { userUuid, eventUuid, ticketUuids, isChosen: true, accessCode, rateUuids, rules, missing };
  const outcome = await holdSeats(ports, request);
  if ('held' in outcome) return outcome.held;
  // The ticket may belong to another event by now.
  for (const uuid of outcome.conflicts) knownTickets.forget(uuid);
  throw outcome.isOwn ? heldInAnotherReservation(outcome.conflicts) : ticketNotAvailable(outcome.conflicts);
}
