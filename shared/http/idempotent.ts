import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { sleep } from '../async/clock.ts';
import { type Actor, uuidOf } from '../auth/actor.ts';
import { AppError } from '../errors.ts';
import {
  type Ending,
  type IdempotencyKeys,
  type IdempotentRequest,
  respondOnce,
  type StoredResponse,
} from '../idempotency/idempotency.ts';
import { hashOf, sameUuid } from '../idempotency/same-uuid.ts';
import type { Env, Headers } from './env.ts';
import { bodyReply, statusAndBody } from './errors.ts';
import { replyRaw } from './reply.ts';

/**
 * The header by which a request is made once; each operation has an example of its own, for a key belongs to one
 * request.
 */
export const keyHeader = (example: string) =>
  z.object({
    'idempotency-key': z
      .string('must be set')
      .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible characters')
      .openapi({
        description: 'A value of your own for this request, such as a new uuid: repeat the request with the same one',
        example,
      }),
  });

const replayed = {
  'Idempotent-Replayed': {
    description: '`true` when this is the first response again, to a request that was repeated',
    schema: { type: 'string' as const, enum: ['true'] },
  },
};

/** Headers of the responses to such requests, where something was made. */
export const madeHeaders = (description: string) => ({
  Location: { description, required: true, schema: { type: 'string' as const } },
  ...replayed,
});

/**
 * Returns the owner of a request's Idempotency-Key: a person acts for one organiser at a time, and what was answered to
 * them for one is for nobody else, not even for themselves as a buyer. Where no tokens are checked, all share them.
 */
export function scopeOf(actor: Actor): string {
  const uuid = uuidOf(actor) ?? 'anyone';
  if (actor.is === 'admin') return `${uuid} as admin`;
  return actor.is === 'organiser' ? `${uuid} for ${actor.organiserUuid ?? 'the platform'}` : uuid;
}

/** A refusal that is given again when the request is repeated. */
export const givenAgain = <R extends { headers?: object }>(refusal: R) => ({
  ...refusal,
  headers: { ...refusal.headers, ...replayed },
});

/** A request with an Idempotency-Key. `about` is the part of it besides its body, as the route reads it. */
export type KeyedRequest = { scope: string; key: string; about: string; body: object };

export type KeyedResponse = { status: number; json: object; location?: string };

/**
 * Runs a request with an Idempotency-Key: sends the response of `work`, or the bytes of the first response. A refusal
 * is a response too, and repeated; an outage, a failure of ours, and a 202 (accepted, and not done yet) are not. When a
 * process dies between its work and its response, the work is done again: it gets a uuid that is the same each time, to
 * name what must be made once, and the location that an earlier try has left, if any. See `changedOnce` for work that
 * makes nothing with a uuid.
 */
export async function idempotent(
  c: Context<Env>,
  keys: IdempotencyKeys,
  request: KeyedRequest,
  work: (uuid: string, earlier?: string) => Promise<KeyedResponse>,
): Promise<never> {
  const asked = askedBy(request);
  const uuid = sameUuid(asked.scope, asked.key, asked.fingerprint);
  const response = await respondOnce({ keys, sleep }, asked, async (earlier) => {
    try {
      const response = await work(uuid, earlier);
      return { ...stored(response), isFinal: response.status !== 202 };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const refused = statusAndBody(error);
      if (refused.status >= 500) throw error;
      return { status: refused.status, body: JSON.stringify(refused.body), isFinal: true };
    }
  });
  const headers: Headers = { 'Content-Type': 'application/json' };
  if (response.replayed) headers['Idempotent-Replayed'] = 'true';
  if (response.location) headers.Location = response.location;
  if (response.status >= 400) {
    return bodyReply(c, response.status as ContentfulStatusCode, JSON.parse(response.body), headers) as never;
  }
  // It may be any of the route's responses: their types are not known here.
  return replyRaw(c, response.body, response.status, headers) as never;
}

/**
 * As `idempotent`, for a change in one transaction, which `change` ends with the ending: the response that `respond`
 * makes of its result is stored with the change, which is so made once, whenever a process dies.
 */
export function changedOnce<R>(
  c: Context<Env>,
  keys: IdempotencyKeys,
  request: KeyedRequest,
  { change, respond }: { change(ending: Ending<R>): Promise<R>; respond(result: R): KeyedResponse },
): Promise<never> {
  const ending = { request: askedBy(request), respond: (result: R) => stored(respond(result)) };
  return idempotent(c, keys, request, async () => respond(await change(ending)));
}

const askedBy = ({ scope, key, about, body }: KeyedRequest): IdempotentRequest => ({
  ...{ scope, key },
  fingerprint: hashOf(`${about} ${JSON.stringify(body)}`),
});

const stored = ({ json, ...response }: KeyedResponse): StoredResponse => ({ ...response, body: JSON.stringify(json) });
