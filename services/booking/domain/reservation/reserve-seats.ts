import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustBe } from '../actor.ts';
import {
  type AskedAs,
  eventNotFound,
  heldInAnotherReservation,
  planChanged,
  seatsUnknown,
  ticketNotAvailable,
} from '../errors.ts';
import type { Ports } from '../ports.ts';
import { admit } from '../sale-rules/admit.ts';
import { type HeldReservation, type HoldPorts, holdSeats } from './hold-seats.ts';

/** Seats by their labels, or by their places in the event's plan of this hash. */
export type NamedSeats = { seats: string[] } | { places: number[]; planHash: string };

type Request = {
  actor: Actor;
  userUuid: string;
  eventUuid: string;
  named: NamedSeats;
  accessCode?: string | undefined;
  rateUuids?: (string | null)[] | undefined;
};

/**
 * Like `reserveTickets`, for seats that are named by label or by place. Throws the same errors, and `event_not_found`,
 * `ticket_not_available` with `unknown` ones, and `plan_changed`; the `conflicts` are also named as they were asked for.
 */
export async function reserveSeats(
  ports: HoldPorts & Pick<Ports, 'knownSeats'>,
  { actor, userUuid, eventUuid, named, accessCode, rateUuids }: Request,
): Promise<HeldReservation> {
  mustBe(actor, userUuid);
  const deed = { is: 'hold', accessCode } as const;
  const rules = await admit(ports, { eventUuid, deed, missing: eventNotFound });
  for (let isAgain = false; ; isAgain = true) {
    const ticketUuids = await ticketsOf(ports, eventUuid, named);
    const request = { userUuid, eventUuid, ticketUuids, isChosen: true, rules, accessCode, rateUuids };
    const outcome = await holdSeats(ports, { ...request, missing: eventNotFound });
    if ('held' in outcome) return outcome.held;
    if (isAgain || !(await anyIsGone(ports, outcome.conflicts))) {
      const { conflicts, isOwn } = outcome;
      const asked = askedAs(named, ticketUuids, new Set(conflicts));
      throw isOwn ? heldInAnotherReservation(conflicts, asked) : ticketNotAvailable(conflicts, asked);
    }
    ports.knownSeats.forget(eventUuid);
  }
}

/** Returns the conflicts as they were asked for. */
function askedAs(named: NamedSeats, ticketUuids: string[], conflicts: Set<string>): AskedAs {
  const isOne = (_: unknown, i: number) => conflicts.has(ticketUuids[i]!);
  return 'seats' in named ? { seats: named.seats.filter(isOne) } : { places: named.places.filter(isOne) };
}

/** Throws `plan_changed`, and `ticket_not_available` with the unknown ones. */
async function ticketsOf(
  { knownSeats, knownRules }: Pick<Ports, 'knownSeats' | 'knownRules'>,
  eventUuid: string,
  named: NamedSeats,
): Promise<string[]> {
  if ('places' in named) {
    const isOther = async (rules = knownRules.of(eventUuid)) => (await rules)?.planHash !== named.planHash;
    if ((await isOther()) && (await isOther(knownRules.fresh(eventUuid)))) {
      throw planChanged((await knownRules.of(eventUuid))?.planHash ?? null);
    }
  }
  const found =
    'places' in named
      ? await knownSeats.byPlace(eventUuid, named.planHash, named.places)
      : await knownSeats.byLabel(eventUuid, named.seats);
  const asked: (string | number)[] = 'places' in named ? named.places : named.seats;
  const unknown = asked.filter((_, i) => found[i] === undefined);
  if (unknown.length > 0) throw seatsUnknown(unknown);
  return found as string[];
}

/** A ticket may have been made anew, with another uuid. */
async function anyIsGone({ knownTickets }: Pick<Ports, 'knownTickets'>, ticketUuids: string[]): Promise<boolean> {
  const facts = ticketUuids.map((uuid) => {
    knownTickets.forget(uuid);
    return knownTickets.factsOf(uuid);
  });
  return (await Promise.all(facts)).some((one) => one === undefined);
}
