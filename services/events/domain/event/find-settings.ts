import type { Actor, Scope } from '../../../../shared/auth/actor.ts';
import { actingFor, mustOrganise } from '../../../../shared/auth/rights.ts';
import { type AppError, unknownCursor } from '../../../../shared/errors.ts';
import { eventNotFound } from './errors.ts';
import type { EventStatus } from './event.ts';
import type { OrganisersEvent, OrganisersEvents } from './organisers-events.ts';

type EventPorts = { organisersEvents: OrganisersEvents };

/** Returns an event of the actor's organiser; throws `forbidden`, and for all other events as if there were none. */
export function ownEvent(
  actor: Actor,
  event: OrganisersEvent | undefined,
  scope: Scope,
  notFound: () => AppError,
): OrganisersEvent {
  mustOrganise(actor, event?.settings.organiserUuid, scope, notFound);
  return event!;
}

/** Returns an event as its organiser sees it. Throws `event_not_found`, also for another organiser's, and `forbidden`. */
export async function findSettings(
  { organisersEvents }: EventPorts,
  { actor, uuid, scope = 'read' }: { actor: Actor; uuid: string; scope?: Scope },
): Promise<OrganisersEvent> {
  return ownEvent(actor, await organisersEvents.find(uuid), scope, eventNotFound);
}

/**
 * Returns events of the actor's organiser, drafts too, the newest first, `after` one of them. Throws `forbidden`, and
 * `invalid_request` for an `after` that is none of them.
 */
export async function listOwnEvents(
  { organisersEvents }: EventPorts,
  {
    actor,
    status,
    after,
    limit,
  }: { actor: Actor; status?: EventStatus | undefined; after?: string | undefined; limit: number },
): Promise<OrganisersEvent[]> {
  const organiserUuid = actingFor(actor, 'read');
  if (after !== undefined && (await organisersEvents.find(after))?.settings.organiserUuid !== organiserUuid) {
    throw unknownCursor();
  }
  return organisersEvents.list({ organiserUuid, status, after, limit });
}
