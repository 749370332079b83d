import type { Context } from 'hono';
import { actorOf } from '../../../shared/auth/actor.ts';
import type { Env } from '../../../shared/http/env.ts';
import { idempotent, scopeOf } from '../../../shared/http/idempotent.ts';
import type { IdempotencyKeys } from '../../../shared/idempotency/idempotency.ts';

/**
 * Makes a thing under the request's Idempotency-Key, and sends a 201 with its JSON and location. A repetition gets the
 * first response; `make` gets the same uuid when it must be called again, and then returns what it has made before.
 */
export function madeOnce<T extends { uuid: string }>(
  c: Context<Env>,
  { idempotencyKeys }: { idempotencyKeys: IdempotencyKeys },
  { path, key, body }: { path: string; key: string; body: object },
  make: (uuid: string) => Promise<T>,
  toJson: (made: T) => object,
): Promise<never> {
  const scope = scopeOf(actorOf(c.get('caller')));
  return idempotent(c, idempotencyKeys, { scope, key, about: `POST ${path}`, body }, async (uuid) => {
    const made = await make(uuid);
    return { status: 201, json: toJson(made), location: `${path}/${made.uuid}` };
  });
}
