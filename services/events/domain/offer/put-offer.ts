import { createHash } from 'node:crypto';
import type { Author } from '../../../../shared/audit/audit-log.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { AppError } from '../../../../shared/errors.ts';
import { eventIsCancelled, eventNotFound } from '../event/errors.ts';
import { badOffer, seatsInTheWay, underWay } from './errors.ts';
import type { Gone, MadeOffer, Offer, OfferEvent, Operation, Seat } from './offer.ts';
import { leaseMs, type OfferPorts, type RunningOffer } from './run-offer.ts';

/** `changed` is false when the event has this offer already. */
export type PutOffer = { operation: Operation; running?: RunningOffer };

const maxNamed = 100;

/**
 * Begins to make an event's tickets from a plan, and returns what is to be run: see `runOffer`. The event's own offer
 * again changes nothing, and one that is under way goes on. Throws `offer_invalid` with each fault, `offer_conflict`
 * with the seats that were sold or are held and would vanish, `offer_under_way` and `event_cancelled`.
 */
export async function putOffer(
  ports: OfferPorts,
  author: Author,
  { eventUuid, planUuid, offer }: { eventUuid: string; planUuid: string; offer: Offer },
): Promise<PutOffer> {
  const { offers } = ports;
  const event = organised(author.actor, await offers.event(eventUuid), 'manage', eventNotFound);
  if (event.isCancelled) throw eventIsCancelled();
  const plan = await planFor(ports, event, planUuid);
  const { currency } = event;
  if (currency === null)
    throw oneFault('currency', 'the event has no currency yet: give it one by a PATCH of the event first');
  const hash = hashOf({ planUuid, currency, offer });
  const before = await offers.newest(eventUuid);
  if (before?.status === 'running' && before.made.hash !== hash) throw underWay(before.uuid);
  if (before && isSame(before, hash)) return { operation: before };

  const checked = await ports.planWork.seats(plan, offer);
  if ('faults' in checked) throw badOffer(checked);
  const { seats } = checked;
  const vanishing = event.hasTickets ? await mayVanish(ports, event, seats.labels, currency) : 0;
  const made: MadeOffer = { hash, planUuid, currency, offer, kept: [], isRepriced: false };
  const total = seats.labels.length + vanishing;
  const outcome = await offers.begin(author, { eventUuid, made, total, leaseMs });
  if (typeof outcome === 'string') throw goneError(outcome);
  if ('underWay' in outcome) {
    if (outcome.underWay.made.hash !== hash) throw underWay(outcome.underWay.uuid);
    return { operation: outcome.underWay };
  }
  return { operation: outcome.begun, running: { operation: outcome.begun, seats } };
}

/** A failed operation is begun anew, and so is one that could not do all. */
const isSame = ({ status, made }: Operation, hash: string) =>
  made.hash === hash &&
  (status === 'running' || (status === 'succeeded' && !made.isRepriced && made.kept.length === 0));

async function planFor({ plans }: OfferPorts, event: OfferEvent, planUuid: string): Promise<string> {
  const found = await plans.find(planUuid);
  const plan = found?.venueUuid === event.venueUuid ? await plans.content(planUuid) : undefined;
  if (!plan) throw noSuchPlan();
  return plan;
}

function goneError(gone: Gone): AppError {
  if (gone === 'no event') return eventNotFound();
  if (gone === 'cancelled') return eventIsCancelled();
  return gone === 'no plan'
    ? noSuchPlan()
    : oneFault('prices', 'the event’s currency was changed meanwhile: look again');
}

const noSuchPlan = () => oneFault('plan_uuid', 'the event’s venue has no such plan');

const oneFault = (path: string, message: string) => badOffer({ faults: [{ path, message }], more: 0 });

/** Returns how many seats vanish; throws `offer_conflict` where one of them was sold or is held. */
async function mayVanish(
  { offers, locks }: OfferPorts,
  { uuid }: OfferEvent,
  labels: string[],
  currency: string,
): Promise<number> {
  // The locks come last: a seat that was held first, and then bought, is in one of the two.
  const { free, sold } = await offers.others(uuid, labels);
  const otherwise = await offers.soldOtherwise(uuid, currency);
  const locked = new Set(await locks.list(uuid));
  const held = free.filter((seat) => locked.has(seat.uuid));
  const inTheWay = new Map<string, Seat>([...sold, ...held, ...otherwise].map((seat) => [seat.uuid, seat]));
  if (inTheWay.size > 0) throw seatsInTheWay([...inTheWay.values()].slice(0, maxNamed), inTheWay.size);
  return free.length;
}

/** Returns a hash of what an offer says, whatever the order of its prices' categories. */
function hashOf(content: { planUuid: string; currency: string; offer: Offer }): string {
  const sorted = (_: string, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  return createHash('sha256').update(JSON.stringify(content, sorted)).digest('hex');
}
