import type { Caller } from './identities.ts';

/**
 * The actor of a request. Each verb that acts for a user requires it, as the member `actor`:
 *
 * - `anyone`: no tokens are checked, and every caller is taken for the user that they name.
 * - `user` and `organiser`: as their token proves. An organiser may act on everyone's orders.
 * - `system`: acts for no user. Sweeps and webhooks have verbs of their own, which take no actor.
 */
export type Actor =
  | { is: 'anyone' }
  | { is: 'user'; userUuid: string }
  | { is: 'organiser'; userUuid: string }
  | { is: 'system' };

export const anyone: Actor = { is: 'anyone' };

/** Returns the actor of a token; `anyone` where no tokens are checked. */
export function actorOf(caller: Caller | undefined): Actor {
  if (!caller) return anyone;
  return { is: caller.isOrganiser ? 'organiser' : 'user', userUuid: caller.userUuid };
}

/** Returns whether the actor owns the things of a user. */
export function owns(actor: Actor, userUuid: string): boolean {
  // Without a default, a new kind of actor does not compile until it is decided here.
  switch (actor.is) {
    case 'anyone':
    case 'system':
      return true;
    case 'user':
    case 'organiser':
      return actor.userUuid === userUuid;
  }
}

/** Returns whether the actor may act on the things of a user: an organiser may, for everyone. */
export const mayManage = (actor: Actor, userUuid: string): boolean => actor.is === 'organiser' || owns(actor, userUuid);
