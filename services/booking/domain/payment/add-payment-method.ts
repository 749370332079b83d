import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustBe } from '../actor.ts';
import type { Ports } from '../ports.ts';

/**
 * Registers the provider's `reference` of what a user pays with; returns its uuid, the same for the same again. Throws
 * `forbidden` unless the user is the actor.
 */
export function addPaymentMethod(
  { paymentMethods }: Pick<Ports, 'paymentMethods'>,
  { actor, userUuid, reference }: { actor: Actor; userUuid: string; reference: string },
): Promise<string> {
  mustBe(actor, userUuid);
  return paymentMethods.add({ userUuid, reference });
}
