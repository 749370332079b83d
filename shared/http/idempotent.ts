import { createHash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { sleep } from '../async/clock.ts';
import { AppError } from '../errors.ts';
import { type IdempotencyKeys, respondOnce } from '../idempotency/idempotency.ts';
import type { Env } from './env.ts';
import { statusAndBody } from './errors.ts';
import { replyRaw } from './reply.ts';

/** The header by which a request is made once; each operation has an example of its own, for a key belongs to one request. */
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
export const madeHeaders = {
  Location: { description: 'The order, as it stands now', required: true, schema: { type: 'string' as const } },
  ...replayed,
};

/** A refusal that is given again when the request is repeated. */
export const givenAgain = <R extends { headers?: object }>(refusal: R) => ({
  ...refusal,
  headers: { ...refusal.headers, ...replayed },
});

/**
 * Answers a request that carries a key: with what `work` makes, or with the bytes of the first answer. A refusal is an answer
 * too, and given again; that a server is away, a fault of ours, and a 202 (accepted, and not done yet) are not. When a process
 * dies between its work and its answer, the work is done again: it gets a uuid that is the same each time, to name by it what
 * must be made once, and the place that an earlier try has left, if any. `about` is what the request is about besides its body, as the route reads it.
 */
export async function idempotent(
  c: Context<Env>,
  keys: IdempotencyKeys,
  { scope, key, about, body }: { scope: string; key: string; about: string; body: object },
  work: (uuid: string, earlier?: string) => Promise<{ status: number; json: object; location: string }>,
): Promise<never> {
  const fingerprint = hash(`${about} ${JSON.stringify(body)}`);
  const uuid = uuidOf(hash(`${scope} ${key} ${fingerprint}`));
  const answer = await respondOnce({ keys, sleep }, { scope, key, fingerprint }, async (earlier) => {
    try {
      const { status, json, location } = await work(uuid, earlier);
      return { status, body: JSON.stringify(json), location, isFinal: status !== 202 };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const refused = statusAndBody(error);
      if (refused.status >= 500) throw error;
      return { status: refused.status, body: JSON.stringify(refused.body), isFinal: true };
    }
  });
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (answer.replayed) headers['Idempotent-Replayed'] = 'true';
  if (answer.location) headers.Location = answer.location;
  // Whichever of the route's answers that was: their types are not known here.
  return replyRaw(c, answer.body, answer.status, headers) as never;
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** A uuid of version 8, whose bits are one's own (RFC 9562, section 5.8), of a hash in hexadecimal. */
const uuidOf = (hex: string) =>
  hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, (_, a, b, c, d, e) => `${a}-${b}-8${c}-8${d}-${e}`);
