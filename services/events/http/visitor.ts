import type { Context } from 'hono';
import { type Actor, actorOf } from '../../../shared/auth/actor.ts';
import type { Identities } from '../../../shared/auth/identities.ts';
import type { Env } from '../../../shared/http/env.ts';

/**
 * Returns a function that finds the actor of a request to a route that is open; undefined: who asks without credentials
 * where they are checked, and is nobody there. (`actorOf` alone would make the platform's organiser of them.)
 */
export const visitors =
  (identities: Identities | undefined) =>
  (c: Context<Env>): Actor | undefined =>
    identities ? c.get('caller') : actorOf(c.get('caller'));
