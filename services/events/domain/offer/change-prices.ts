import type { Author } from '../../../../shared/audit/audit-log.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { SeatFeed } from '../../../../shared/feed/seat-feed.ts';
import type { Ending } from '../../../../shared/idempotency/idempotency.ts';
import { eventIsCancelled, eventNotFound } from '../event/errors.ts';
import type { PlanWork } from '../plan/plan-work.ts';
import type { Plans } from '../plan/plans.ts';
import { badOffer, underWay } from './errors.ts';
import type { OfferFault, Offers } from './offer.ts';
import type { NewPrice, PriceRequest, Prices, Repriced } from './prices.ts';

export type ChangePricesPorts = {
  offers: Offers;
  prices: Prices;
  plans: Plans;
  planWork: PlanWork;
  feed: Pick<SeatFeed, 'publish'>;
};

/** The prices to change: those of a category, of sections, or of seats by label; or a rate's in a category. */
export type PriceChange = {
  category?: string | undefined;
  sections?: string[] | undefined;
  seats?: string[] | undefined;
  rate?: string | undefined;
  to: NewPrice;
};

const maxTold = 100;

/**
 * Changes prices of an event in bulk, and returns how many have changed. A hold and an
 * order keep their prices: a seat that comes free again sells at the new one. Throws `offer_invalid` for what the event does not have, `offer_under_way` and
 * `event_cancelled`.
 */
export async function changePrices(
  ports: ChangePricesPorts,
  author: Author,
  { eventUuid, ...change }: PriceChange & { eventUuid: string },
  ending?: Ending<{ changed: number }>,
): Promise<{ changed: number }> {
  const event = organised(author.actor, await ports.offers.event(eventUuid), 'manage', eventNotFound);
  if (event.isCancelled) throw eventIsCancelled();
  const outcome = await applyChange(ports, { author, eventUuid, ending }, change);
  if (outcome === 'no event') throw eventNotFound();
  if (outcome === 'cancelled') throw eventIsCancelled();
  if ('underWay' in outcome) throw underWay(outcome.underWay);
  if ('unknown' in outcome) throw faultsOf(change, outcome.unknown);
  if (outcome.changed > 0) ports.feed.publish(eventUuid);
  return outcome;
}

async function applyChange(ports: ChangePricesPorts, request: PriceRequest, change: PriceChange): Promise<Repriced> {
  const { prices } = ports;
  const { category, sections, seats, rate, to } = change;
  if (rate !== undefined) return prices.changeRate(request, { rate, category: category! }, to);
  if (category !== undefined) return prices.change(request, { category }, to);
  const labels = seats ?? (await labelsOf(ports, request.eventUuid, sections!));
  return Array.isArray(labels) ? prices.change(request, { labels }, to) : labels;
}

async function labelsOf(
  { plans, planWork }: ChangePricesPorts,
  eventUuid: string,
  sections: string[],
): Promise<string[] | { unknown: string[] }> {
  const event = await plans.ofEvent(eventUuid);
  const plan = event?.hash ? await plans.byHash(eventUuid, event.hash) : undefined;
  return plan === undefined ? { unknown: sections } : planWork.labels(plan, sections);
}

/** Names each thing that the event does not have, where the request names it. */
function faultsOf({ category, sections, seats, rate }: PriceChange, unknown: string[]) {
  const list = seats ?? sections;
  const kind = seats ? 'seats' : 'sections';
  const names = new Set(unknown);
  const faultOf = (name: string, i: number): OfferFault[] =>
    names.has(name)
      ? [{ path: `${kind}[${i}]`, message: `the event has no such ${seats ? 'seat' : 'section'}: “${name}”` }]
      : [];
  const faults = list
    ? list.flatMap(faultOf)
    : [
        rate === undefined
          ? { path: 'category', message: `the event has no ticket of the category “${category}”` }
          : { path: 'rate', message: `the event has no rate “${rate}” with a price in the category “${category}”` },
      ];
  return badOffer({ faults: faults.slice(0, maxTold), more: Math.max(0, faults.length - maxTold) });
}
