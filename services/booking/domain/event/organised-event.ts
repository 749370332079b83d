import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustOrganise } from '../../../../shared/auth/rights.ts';
import { eventNotFound } from '../errors.ts';
import { toSee } from '../order/order-rights.ts';
import type { Ports } from '../ports.ts';

type Asked = { actor: Actor; eventUuid: string };

/** Throws unless the actor may change the event: `event_not_found`, or `forbidden` for buyers and keys without `manage`. */
export async function mustManageEvent(
  { eventChanges }: Pick<Ports, 'eventChanges'>,
  { actor, eventUuid }: Asked,
): Promise<void> {
  mustOrganise(actor, (await eventChanges.find(eventUuid))?.organiserUuid, 'manage', eventNotFound);
}

/** Throws unless the actor may see the event's sales, as `mustManageEvent`: a key needs `read` or `sell`. */
export async function mustSeeSales(
  { eventChanges }: Pick<Ports, 'eventChanges'>,
  { actor, eventUuid }: Asked,
): Promise<void> {
  mustOrganise(actor, (await eventChanges.find(eventUuid))?.organiserUuid, toSee(actor), eventNotFound);
}
