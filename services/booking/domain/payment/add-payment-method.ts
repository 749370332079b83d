import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustBe } from '../actor.ts';
import type { Ports } from '../ports.ts';

/**
 * Registers a user's payment method by the provider's `reference`; returns its uuid, the same when repeated. Throws
 * `forbidden` unless the user is the actor.
 */
export function addPaymentMethod(
  { paymentMethods }: Pick<Ports, 'paymentMethods'>,
  { actor, userUuid, reference }: { actor: Actor; userUuid: string; reference: string },
): Promise<string> {
  mustBe(actor, userUuid);
  return paymentMethods.add({ userUuid, reference });
}
