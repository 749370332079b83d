import type { Author } from '../../../../shared/audit/audit-log.ts';
import { mustOrganise } from '../../../../shared/auth/rights.ts';
import { venueNotFound } from '../venue/errors.ts';
import { badPlan } from './errors.ts';
import type { PlanFile, PlanWork, ReadPlan } from './plan-work.ts';
import type { PlanSummary, Plans } from './plans.ts';

export type AddPlanPorts = { plans: Plans; planWork: PlanWork };

/** A plan of a venue; `isNew` is false when the venue had one with the same content. */
export type AddedPlan = { plan: PlanSummary; isNew: boolean } & Pick<ReadPlan, 'categories' | 'keptAside' | 'notes'>;

/**
 * Adds the seating plan of a file to a venue of the author's. The same content again is the same plan. Throws
 * `plan_invalid` with every fault of the file.
 */
export async function addPlan(
  ports: AddPlanPorts,
  author: Author,
  { venueUuid, file }: { venueUuid: string; file: PlanFile },
): Promise<AddedPlan> {
  // The file of a stranger is not read.
  await mustManageVenue(ports.plans, author, venueUuid);
  const read = await ports.planWork.read(file);
  if ('faults' in read) throw badPlan(read);
  return store(ports.plans, author, venueUuid, read);
}

/** Adds a plan to a venue of the author's, as `addPlan` does. */
export async function addReadPlan(
  { plans }: { plans: Plans },
  author: Author,
  { venueUuid, plan }: { venueUuid: string; plan: ReadPlan },
): Promise<AddedPlan> {
  await mustManageVenue(plans, author, venueUuid);
  return store(plans, author, venueUuid, plan);
}

async function store(plans: Plans, author: Author, venueUuid: string, plan: ReadPlan): Promise<AddedPlan> {
  const { name, hash, places, content, categories, keptAside, notes } = plan;
  const added = await plans.add(author, { venueUuid, name, hash, places, content });
  if (!added) throw venueNotFound();
  return { ...added, categories, keptAside, notes };
}

/** Throws unless the author may change the venue. */
async function mustManageVenue(plans: Plans, { actor }: Author, venueUuid: string): Promise<void> {
  mustOrganise(actor, await plans.venueOrganiser(venueUuid), 'manage', venueNotFound);
}
