import { sleep } from '../../../../shared/async/clock.ts';
import type { Author } from '../../../../shared/audit/audit-log.ts';
import { mustOrganise } from '../../../../shared/auth/rights.ts';
import { placeCount } from '../../../../shared/plan/places.ts';
import { venueNotFound } from '../venue/errors.ts';
import { badPlan } from './errors.ts';
import type { ImportedPlan, PlanImporter } from './imported-plan.ts';
import { planHash } from './plan-hash.ts';
import type { PlanSummary, Plans } from './plans.ts';

export type AddPlanPorts = { plans: Plans };

export type PlanUpload = { venueUuid: string; file: string; importer: PlanImporter; name?: string | undefined };

/** A plan of a venue; `isNew` is false when the venue had one with the same content. */
export type AddedPlan = { plan: PlanSummary; isNew: boolean } & Pick<ImportedPlan, 'keptAside' | 'notes'> & {
    categories: ImportedPlan['plan']['categories'];
  };

/**
 * Adds a seating plan to a venue of the author's. The same content again is the same plan. Throws `plan_invalid` with
 * every fault of the file.
 */
export async function addPlan(
  { plans }: AddPlanPorts,
  author: Author,
  { venueUuid, file, importer, name }: PlanUpload,
): Promise<AddedPlan> {
  await mustManageVenue(plans, author, venueUuid);
  const imported = importer(file);
  if ('faults' in imported) throw badPlan(imported);
  const { keptAside, notes } = imported;
  const plan = name === undefined ? imported.plan : { ...imported.plan, name };
  // A plan of 100,000 places takes a moment: others have their turn in between.
  await sleep(0);
  const hash = planHash(plan);
  await sleep(0);
  const wanted = { venueUuid, name: plan.name, hash, places: placeCount(plan), plan };
  const added = await plans.add(author, wanted);
  if (!added) throw venueNotFound();
  return { ...added, categories: plan.categories, keptAside, notes };
}

/** Throws unless the author may change the venue. */
export async function mustManageVenue(plans: Plans, { actor }: Author, venueUuid: string): Promise<void> {
  mustOrganise(actor, await plans.venueOrganiser(venueUuid), 'manage', venueNotFound);
}
