import { placesOf } from '../../shared/plan/places.ts';
import type { Plan } from '../../shared/plan/plan.ts';
import { inThisThread } from '../../shared/process/threads.ts';
import { importPlan } from './adapters/plan-formats/import-plan.ts';
import { checkOffer } from './domain/offer/check-offer.ts';
import type { Offer } from './domain/offer/offer.ts';
import { wireOf } from './domain/plan/plan-wire.ts';
import { type PlanFile, type PlanWork, readPlanOf } from './domain/plan/plan-work.ts';

/** The long calculations on seating plans. `plan-worker.ts` does them in a thread. */
export const planWork = {
  read({ text, format, name }: PlanFile) {
    const imported = importPlan(text, format);
    return 'faults' in imported ? imported : readPlanOf(imported, name);
  },

  seats(content: string, offer: Offer) {
    const plan = planOf(content);
    const categories = plan.categories.map(({ name }) => name);
    return checkOffer(placesOf(plan), categories, offer);
  },

  labels(content: string, sections: string[]) {
    const plan = planOf(content);
    const known = new Set([...plan.sections, ...plan.areas].map(({ name }) => name));
    const unknown = sections.filter((name) => !known.has(name));
    if (unknown.length > 0) return { unknown };
    const wanted = new Set(sections);
    const places = placesOf(plan).filter(({ section, area }) => wanted.has(area ?? section));
    return places.map(({ label }) => label);
  },

  page: (content: string) => new TextEncoder().encode(JSON.stringify(wireOf(planOf(content)))),
};

const planOf = (content: string) => JSON.parse(content) as Plan;

/** Does them in this thread: for commands, which nobody else waits for, and for tests. */
export const planWorkHere: PlanWork = inThisThread(planWork);
