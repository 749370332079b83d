import { type Actor, owns } from '../../../shared/auth/actor.ts';
import { forbidden } from './errors.ts';

/** Throws `forbidden` when the actor acts for another user. */
export function mustBe(actor: Actor, userUuid: string): void {
  if (!owns(actor, userUuid)) throw forbidden();
}
