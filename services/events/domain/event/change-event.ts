import type { Clock } from '../../../../shared/async/clock.ts';
import type { Author } from '../../../../shared/audit/audit-log.ts';
import { eventNotFound } from './errors.ts';
import { changedMembers, checkEvent, checkFixed, checkPresales, showsInCalendars } from './event-rules.ts';
import { ownEvent } from './find-settings.ts';
import type { EventInput, OrganisersEvent, OrganisersEvents } from './organisers-events.ts';

/**
 * Changes an event: `check` gets its version before, and `merge` makes its members of those it has. Throws
 * `event_not_found`, `forbidden`, `invalid_request`, and `event_member_fixed` for what its status keeps: the date and
 * the venue once it is published, all but the description and the image once it is cancelled, the currency once it
 * has tickets, and the venue once they are of its plan.
 */
export function changeEvent(
  { organisersEvents, clock }: { organisersEvents: OrganisersEvents; clock: Clock },
  request: {
    author: Author;
    uuid: string;
    check: (version: string) => void;
    merge: (event: EventInput) => EventInput;
  },
): Promise<OrganisersEvent> {
  const { author, uuid, check, merge } = request;
  return organisersEvents.change(author, uuid, (found) => {
    const before = ownEvent(author.actor, found, 'manage', eventNotFound);
    const { settings } = before;
    check(before.version);
    const event = merge(settings);
    const changed = changedMembers(settings, event);
    // Fixed members come first: nobody is to mend a date that stays anyway.
    checkFixed(before, changed);
    checkEvent(event, clock.now(), settings);
    if (changed.includes('onSaleFrom')) checkPresales(event, before.lastPresale, clock.now());
    const { status } = settings;
    // Nobody has a draft in a calendar.
    const follows = status !== 'draft' && showsInCalendars(changed);
    return { action: 'event.changed', event, status, sequence: settings.sequence + (follows ? 1 : 0) };
  });
}
