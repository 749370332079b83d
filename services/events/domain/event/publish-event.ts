import type { Clock } from '../../../../shared/async/clock.ts';
import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Ending } from '../../../../shared/idempotency/idempotency.ts';
import { eventIncomplete, eventNotFound, type Issue, notDraft } from './errors.ts';
import { ownEvent } from './find-settings.ts';
import type { EventChange, OrganisersEvent, OrganisersEvents } from './organisers-events.ts';

/**
 * Publishes a draft: everybody sees it, and it sells its tickets in its windows; it may get them later. Throws
 * `event_not_found`, `forbidden`, `event_not_draft`, and `event_incomplete` with what is missing.
 */
export async function publishEvent(
  { organisersEvents, clock }: { organisersEvents: OrganisersEvents; clock: Clock },
  { author, uuid }: { author: Author; uuid: string },
  ending?: Ending<OrganisersEvent>,
): Promise<OrganisersEvent> {
  const decide = (found: OrganisersEvent | undefined): EventChange => {
    const event = ownEvent(author.actor, found, 'manage', eventNotFound);
    const { settings } = event;
    if (settings.status !== 'draft') throw notDraft(settings.status);
    const missing = missingFor(event, clock.now());
    if (missing.length > 0) throw eventIncomplete(missing);
    return { action: 'event.published', event: settings, status: 'published', sequence: settings.sequence };
  };
  return organisersEvents.change(author, uuid, decide, ending);
}

function missingFor({ settings, venueHasTimeZone }: OrganisersEvent, now: number): Issue[] {
  const { date, onSaleUntil } = settings;
  const issues: Issue[] = [];
  if (Date.parse(date) <= now) issues.push({ path: 'date', message: 'must be in the future' });
  if (onSaleUntil !== null && Date.parse(onSaleUntil) <= now) {
    issues.push({ path: 'on_sale_until', message: 'must be in the future, or null: until the event begins' });
  }
  if (!venueHasTimeZone) issues.push({ path: 'venue_uuid', message: 'the venue needs its time_zone: set it there' });
  return issues;
}
