import { type Actor, owns } from '../../../shared/auth/actor.ts';
import { forbidden, keyHasNoUser } from './errors.ts';

/** Throws `forbidden` when the actor acts for another user. */
export function mustBe(actor: Actor, userUuid: string): void {
  if (actor.is === 'key') throw keyHasNoUser();
  if (!owns(actor, userUuid)) throw forbidden();
}
