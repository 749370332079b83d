import type { Actor, Scope } from '../../../../shared/auth/actor.ts';
import { mustOrganise } from '../../../../shared/auth/rights.ts';
import { type AppError, unknownCursor } from '../../../../shared/errors.ts';
import { type Asked, whoseOf } from '../organiser/whose.ts';
import { type Page, type PageRequest, pageOf } from '../page.ts';
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

/** Returns events of an organiser, drafts too, the newest first. Throws as `whoseOf`, and for an unknown `after`. */
export async function listOwnEvents(
  { organisersEvents }: EventPorts,
  {
    actor,
    organiser,
    status,
    after,
    limit,
  }: PageRequest & { actor: Actor; organiser?: Asked; status?: EventStatus | undefined },
): Promise<Page<OrganisersEvent>> {
  const whose = whoseOf(actor, organiser, 'read', 'own');
  const found = await organisersEvents.list({ whose, status, after, limit: limit + 1 });
  if (!found) throw unknownCursor();
  return pageOf(found, limit, ({ settings }) => settings.uuid);
}
