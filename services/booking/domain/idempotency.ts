import { AppError } from '../../../shared/errors.ts';

/** An answer that can be given again: a status, the JSON of a body, and where what was made is to be seen. */
export type Answer = { status: number; body: string; location?: string };

/** A request as its Idempotency-Key names it: `fingerprint` is what it asks for, `scope` whose key it is. */
export type KeyedRequest = { scope: string; key: string; fingerprint: string };

/** Port: the answers to requests that carried a key. Throws `unavailable`. */
export type IdempotencyKeys = {
  /**
   * Begins a request: `begun` for the first with its key (or when the first has been at work for longer than `staleMs`:
   * its process has died); `answer` when it has been answered; else what it met. Keys are forgotten after `keptMs`.
   */
  begin(
    request: KeyedRequest & { staleMs: number; keptMs: number },
  ): Promise<'begun' | 'under way' | 'other request' | { answer: Answer }>;
  finish(request: KeyedRequest, answer: Answer): Promise<void>;
  /** Forgets a request that came to no end, so that it may be made again. */
  forget(request: KeyedRequest): Promise<void>;
  /** Deletes some of the keys that are older than `keptMs`; answers how many. */
  purge(keptMs: number): Promise<number>;
};

/** Who has been at work for longer than any request may take is dead. */
const staleMs = 60_000;
/** A day, as Stripe keeps them. */
export const keptMs = 24 * 3_600_000;

/**
 * Does what a request asks for once, and answers its repetitions with the first answer, as Stripe and the IETF's draft
 * (draft-ietf-httpapi-idempotency-key-header) have it. What `work` throws is not an answer: the request may be made again.
 * Throws `idempotency_key_reused` for another request under the same key, and `request_in_progress` for a twin.
 */
export async function answerOnce(
  keys: IdempotencyKeys,
  request: KeyedRequest,
  work: () => Promise<Answer>,
): Promise<Answer & { replayed: boolean }> {
  const state = await keys.begin({ ...request, staleMs, keptMs });
  if (state === 'other request') {
    throw new AppError('idempotency_key_reused', 'This Idempotency-Key belongs to another request: use a new one');
  }
  if (state === 'under way') {
    throw new AppError('request_in_progress', 'The same request is being answered; repeat it in a moment');
  }
  if (state !== 'begun') return { ...state.answer, replayed: true };
  try {
    const answer = await work();
    await keys.finish(request, answer);
    return { ...answer, replayed: false };
  } catch (error) {
    await keys.forget(request).catch(() => {});
    throw error;
  }
}
