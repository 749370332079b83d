import type { Actor } from '../../../../shared/auth/actor.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import { eventNotFound } from '../event/errors.ts';
import { offerNotFound, operationNotFound } from './errors.ts';
import type { Offers, Operation } from './offer.ts';

type Ports = { offers: Offers };

/** Returns the newest operation on an event's offer, with the offer. Throws `offer_not_found` where there is none. */
export async function findOffer(
  { offers }: Ports,
  { actor, eventUuid }: { actor: Actor; eventUuid: string },
): Promise<Operation> {
  organised(actor, await offers.event(eventUuid), 'read', eventNotFound);
  const operation = await offers.newest(eventUuid);
  if (!operation) throw offerNotFound();
  return operation;
}

/** Returns an operation as it stands. */
export async function findOperation(
  { offers }: Ports,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<Operation> {
  return organised(actor, await offers.operation(uuid), 'read', operationNotFound);
}
