import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Actor } from '../../../../shared/auth/actor.ts';
import { organises } from '../../../../shared/auth/actor.ts';
import { mustOrganise, organised } from '../../../../shared/auth/rights.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import { eventNotFound } from '../event/errors.ts';
import { venueNotFound } from '../venue/errors.ts';
import { planNotFound, usedPlan } from './errors.ts';
import type { EventPlan, PlanSummary, Plans } from './plans.ts';

type Ports = { plans: Plans };

/** Returns a page of a venue's plans, the newest first; `next` is the cursor of the next one. */
export async function listPlans(
  { plans }: Ports,
  { actor, venueUuid, after, limit }: { actor: Actor; venueUuid: string; after?: string | undefined; limit: number },
): Promise<{ plans: PlanSummary[]; next: string | null }> {
  mustOrganise(actor, await plans.venueOrganiser(venueUuid), 'read', venueNotFound);
  if (after !== undefined && (await plans.find(after))?.venueUuid !== venueUuid) throw unknownCursor();
  const found = await plans.ofVenue(venueUuid, { after, limit: limit + 1 });
  const page = found.slice(0, limit);
  return { plans: page, next: found.length > limit ? page.at(-1)!.uuid : null };
}

/** Returns the content of a plan, as JSON. */
export async function viewPlan({ plans }: Ports, { actor, uuid }: { actor: Actor; uuid: string }): Promise<string> {
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

/** Returns an event with its plan; a draft for its organiser only (nobody is undefined). Throws `event_not_found`. */
export async function visibleEvent(plans: Plans, actor: Actor | undefined, eventUuid: string): Promise<EventPlan> {
  const event = await plans.ofEvent(eventUuid);
  if (!event) throw eventNotFound();
  if (event.isDraft && !(actor && organises(actor, event.organiserUuid, 'read'))) throw eventNotFound();
  return event;
}
