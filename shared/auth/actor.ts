/** The rights of an API key: to see, to sell, to change, and to let people in. */
export const scopes = ['read', 'sell', 'manage', 'check-in'] as const;
export type Scope = (typeof scopes)[number];

/**
 * An identity that a token or an API key proves:
 *
 * - `user`: a buyer.
 * - `organiser`: a person of an organiser; `organiserUuid` null: of the platform.
 * - `key`: a program of an organiser.
 * - `admin`: a person of the platform, who may act for every organiser.
 */
export type Caller =
  | { is: 'user'; userUuid: string }
  | { is: 'organiser'; userUuid: string; organiserUuid: string | null }
  | { is: 'key'; keyUuid: string; organiserUuid: string | null; scopes: Scope[] }
  | { is: 'admin'; userUuid: string };

/**
 * The actor of a request. Each verb that acts for somebody requires it, as the member `actor`; besides callers:
 *
 * - `anyone`: no tokens are checked. Every caller is taken for the user that they name, and for the platform's organiser.
 * - `system`: acts for no user. Sweeps and webhooks have verbs of their own, which take no actor.
 */
export type Actor = Caller | { is: 'anyone' } | { is: 'system' };

export const anyone: Actor = { is: 'anyone' };

/** Returns the actor of a request; `anyone` where no tokens are checked. */
export const actorOf = (caller: Caller | undefined): Actor => caller ?? anyone;

// Without a default, a new kind of actor does not compile until it is decided in each of these.

/** Returns whether the actor owns the things of a user. */
export function owns(actor: Actor, userUuid: string): boolean {
  switch (actor.is) {
    case 'anyone':
    case 'system':
      return true;
    case 'user':
    case 'organiser':
    case 'admin':
      return actor.userUuid === userUuid;
    case 'key':
      return false;
  }
}

/**
 * Returns whether the actor acts for an organiser (null: the platform), with a right that its key must have. A thing
 * without an organiser belongs to the platform.
 */
export function organises(actor: Actor, organiserUuid: string | null, scope: Scope): boolean {
  switch (actor.is) {
    case 'admin':
    case 'system':
      return true;
    case 'anyone':
      return organiserUuid === null;
    case 'organiser':
      return actor.organiserUuid === organiserUuid;
    case 'key':
      return actor.organiserUuid === organiserUuid && actor.scopes.includes(scope);
    case 'user':
      return false;
  }
}

/** Returns the organiser whose things the actor makes; null: the platform's. Undefined for a buyer. */
export function organiserOf(actor: Actor): string | null | undefined {
  switch (actor.is) {
    case 'organiser':
    case 'key':
      return actor.organiserUuid;
    case 'admin':
    case 'anyone':
    case 'system':
      return null;
    case 'user':
      return undefined;
  }
}

/** Returns the uuid of the actor's user or key, if it has one. */
export function uuidOf(actor: Actor): string | null {
  switch (actor.is) {
    case 'user':
    case 'organiser':
    case 'admin':
      return actor.userUuid;
    case 'key':
      return actor.keyUuid;
    case 'anyone':
    case 'system':
      return null;
  }
}

/** Returns whether the actor is the platform's own organiser, who may act on the things of every user. */
export const isPlatform = (actor: Actor): boolean =>
  actor.is === 'admin' || (actor.is === 'organiser' && actor.organiserUuid === null);
