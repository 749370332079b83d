import { placeCount } from '../../../../shared/plan/places.ts';
import type { Plan } from '../../../../shared/plan/plan.ts';
import type { OfferFaults } from '../offer/check-offer.ts';
import type { Offer, OfferedSeats } from '../offer/offer.ts';
import type { PlanFaults } from './check-plan.ts';
import type { ImportedPlan, PlanFormat } from './imported-plan.ts';
import { planHash } from './plan-hash.ts';

/** A file to be read as a plan; its content tells the format, and the plan its name, unless given. */
export type PlanFile = { text: string; format?: PlanFormat | undefined; name?: string | undefined };

/** A plan that was read, as it is stored: `content` is its JSON. */
export type ReadPlan = {
  name: string;
  hash: string;
  places: number;
  content: string;
  categories: Plan['categories'];
} & Pick<ImportedPlan, 'keptAside' | 'notes'>;

/**
 * Port: the long calculations on seating plans, for which nobody else may wait. A plan's content is its JSON, as `Plans`
 * has it. Throws `unavailable` when there are too many at once, and when one ends before it is done.
 */
export type PlanWork = {
  /** Returns the plan of a file, or every fault of it by its path or line. */
  read(file: PlanFile): Promise<ReadPlan | PlanFaults>;
  /** Returns the seats that an offer makes of a plan, or every fault of the offer. */
  seats(content: string, offer: Offer): Promise<{ seats: OfferedSeats } | OfferFaults>;
  /** Returns the labels of all places in these sections and areas, or those that the plan does not have. */
  labels(content: string, sections: string[]): Promise<string[] | { unknown: string[] }>;
  /** Returns a plan as pages load it: its wire form as JSON in bytes. */
  page(content: string): Promise<Uint8Array>;
};

/** Returns an imported plan as it is stored, under another name if one is given. */
export function readPlanOf({ plan: imported, keptAside, notes }: ImportedPlan, name = imported.name): ReadPlan {
  const plan = { ...imported, name };
  const { categories } = plan;
  const content = JSON.stringify(plan);
  return { name, hash: planHash(plan), places: placeCount(plan), content, categories, keptAside, notes };
}
