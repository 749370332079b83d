import type { Caller } from './identities.ts';

/**
 * Who acts: every request to the domain says so first.
 *
 * - `anyone`: no tokens are checked, and whoever asks is taken for the user that they name.
 * - `user` and `organiser`: as their token proves. An organiser may look after everybody's orders.
 * - `system`: a job or a webhook, which acts for nobody.
 */
export type Actor =
  | { is: 'anyone' }
  | { is: 'user'; userUuid: string }
  | { is: 'organiser'; userUuid: string }
  | { is: 'system' };

export const anyone: Actor = { is: 'anyone' };
export const system: Actor = { is: 'system' };

/** Returns who acts by a token; anyone, where no tokens are checked. */
export function actorOf(caller: Caller | undefined): Actor {
  if (!caller) return anyone;
  return { is: caller.isOrganiser ? 'organiser' : 'user', userUuid: caller.userUuid };
}

/** Returns whether what belongs to a user is the actor's own. */
export const owns = (actor: Actor, userUuid: string): boolean =>
  actor.is === 'user' || actor.is === 'organiser' ? actor.userUuid === userUuid : true;

/** Returns whether the actor may look after what belongs to a user: an organiser may, for everybody. */
export const mayManage = (actor: Actor, userUuid: string): boolean => actor.is === 'organiser' || owns(actor, userUuid);
