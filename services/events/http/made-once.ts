import type { Context } from 'hono';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { Env } from '../../../shared/http/env.ts';
import { changedOnce, idempotent, type KeyedRequest, scopeOf } from '../../../shared/http/idempotent.ts';
import type { Ending, IdempotencyKeys } from '../../../shared/idempotency/idempotency.ts';

/** A request with an Idempotency-Key: `path` is that of its POST. */
export type OnceRequest = { path: string; key: string; body?: object };

/** The response to it, a 201 if nothing else is said. `location` is where the thing is found. */
export type Made = { status?: 200 | 201; json: object; location?: string };

/**
 * Does a request under its Idempotency-Key. A repetition gets the first response; `make` gets the same uuid when it must
 * be called again, and then returns what it has made before.
 */
export function madeOnce(
  c: Context<Env>,
  { idempotencyKeys }: { idempotencyKeys: IdempotencyKeys },
  request: OnceRequest,
  make: (uuid: string) => Promise<Made>,
): Promise<never> {
  return idempotent(c, idempotencyKeys, keyed(c, request), async (uuid) => ({ status: 201, ...(await make(uuid)) }));
}

const keyed = (c: Context<Env>, { path, key, body = {} }: OnceRequest): KeyedRequest => ({
  ...{ scope: scopeOf(actorOf(c.get('caller'))), key, about: `POST ${path}`, body },
});

/** Makes a change in one transaction under its Idempotency-Key; see `changedOnce`. The response is a 200. */
export function changedUnderKey<R>(
  c: Context<Env>,
  { idempotencyKeys }: { idempotencyKeys: IdempotencyKeys },
  request: OnceRequest,
  { change, respond }: { change(ending: Ending<R>): Promise<R>; respond(result: R): Omit<Made, 'status'> },
): Promise<never> {
  const once = { change, respond: (result: R) => ({ status: 200, ...respond(result) }) };
  return changedOnce(c, idempotencyKeys, keyed(c, request), once);
}

/** Returns the response to a request that has made a thing with a uuid. */
export const madeAt = (path: string, uuid: string, json: object): Made => ({ json, location: `${path}/${uuid}` });
