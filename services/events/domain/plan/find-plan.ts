import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Actor } from '../../../../shared/auth/actor.ts';
import { organises } from '../../../../shared/auth/actor.ts';
import { mustOrganise, organised } from '../../../../shared/auth/rights.ts';
import { eventNotFound } from '../event/errors.ts';
import { venueNotFound } from '../venue/errors.ts';
import { eventHasNoPlan, planNotFound, usedPlan } from './errors.ts';
import type { Plan } from './plan.ts';
import type { PlanSummary, Plans } from './plans.ts';

type Ports = { plans: Plans };

/** Returns a page of a venue's plans, the newest first; `next` is the cursor of the next one. */
export async function listPlans(
  { plans }: Ports,
  { actor, venueUuid, after, limit }: { actor: Actor; venueUuid: string; after?: string | undefined; limit: number },
): Promise<{ plans: PlanSummary[]; next: string | null }> {
  mustOrganise(actor, await plans.venueOrganiser(venueUuid), 'read', venueNotFound);
  const found = await plans.ofVenue(venueUuid, { after, limit: limit + 1 });
  const page = found.slice(0, limit);
  return { plans: page, next: found.length > limit ? page.at(-1)!.uuid : null };
}

/** Returns the content of a plan. */
export async function viewPlan({ plans }: Ports, { actor, uuid }: { actor: Actor; uuid: string }): Promise<Plan> {
  organised(actor, await plans.find(uuid), 'read', planNotFound);
  const plan = await plans.content(uuid);
  if (!plan) throw planNotFound();
  return plan;
}

/** Deletes a plan; throws `plan_in_use` where an event sells by it. */
export async function removePlan({ plans }: Ports, author: Author, uuid: string): Promise<void> {
  organised(author.actor, await plans.find(uuid), 'manage', planNotFound);
  if (!(await plans.remove(author, uuid))) throw usedPlan();
}

/** A plan of an event that may be shown; `isDraft`: to its organiser alone. */
export type ShownPlan = { hash: string; isDraft: boolean };

/**
 * Returns the plan of an event. A draft is there for its organiser only. Throws `event_not_found`, and `plan_not_found`
 * for an event without a plan.
 */
export async function planOfEvent(
  { plans }: Ports,
  { actor, eventUuid }: { actor: Actor; eventUuid: string },
): Promise<ShownPlan> {
  const { hash, isDraft } = await visibleEvent(plans, actor, eventUuid);
  if (hash === null) throw eventHasNoPlan();
  return { hash, isDraft };
}

/** Returns the event with its plan, unless it is a draft of somebody else's. */
export async function visibleEvent(plans: Plans, actor: Actor, eventUuid: string) {
  const event = await plans.ofEvent(eventUuid);
  if (!event || (event.isDraft && !organises(actor, event.organiserUuid, 'read'))) throw eventNotFound();
  return event;
}
