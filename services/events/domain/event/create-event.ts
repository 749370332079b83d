import type { Clock } from '../../../../shared/async/clock.ts';
import type { Author } from '../../../../shared/audit/audit-log.ts';
import { actingFor } from '../../../../shared/auth/rights.ts';
import { checkEvent } from './event-rules.ts';
import type { EventInput, EventSettings, OrganisersEvents } from './organisers-events.ts';

/**
 * Makes a draft for the actor's organiser; repeated with the same uuid, it makes nothing. Throws `forbidden` and
 * `invalid_request`.
 */
export async function createEvent(
  { organisersEvents, clock }: { organisersEvents: OrganisersEvents; clock: Clock },
  { author, uuid, event }: { author: Author; uuid: string; event: EventInput },
): Promise<EventSettings> {
  const organiserUuid = actingFor(author.actor, 'manage');
  checkEvent(event, clock.now());
  return (await organisersEvents.create(author, { uuid, organiserUuid, event })).settings;
}
