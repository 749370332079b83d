import { AppError, type ErrorType } from '../errors.ts';

export const keyReused = { code: 'idempotency_key_reused', kind: 'unprocessable' } as const satisfies ErrorType;
export const requestInProgress = {
  code: 'request_in_progress',
  kind: 'conflict',
  again: true,
} as const satisfies ErrorType;

/** An answer that can be given again: a status, the JSON of a body, and where what was made is to be seen. */
export type StoredResponse = { status: number; body: string; location?: string };

/** A request as its Idempotency-Key names it: `fingerprint` is what it asks for, `scope` whose key it is. */
export type IdempotentRequest = { scope: string; key: string; fingerprint: string };

/** Port: the answers to requests that carried a key. Throws `unavailable`. */
export type IdempotencyKeys = {
  /**
   * Begins a request: `begun` for the first with its key (or when the first has been at work for longer than `staleMs`:
   * its process has died), `begunAfter` with the place that an earlier try has left; `answer` when the first has its
   * answer; else what it met. Keys are forgotten after `keptMs`.
   */
  begin(
    request: IdempotentRequest & { staleMs: number; keptMs: number },
  ): Promise<'begun' | { begunAfter: string } | 'under way' | 'other request' | { answer: StoredResponse }>;
  finish(request: IdempotentRequest, answer: StoredResponse): Promise<void>;
  /**
   * Lets go of a request that came to no end: it may be made again at once, and no other under its key. `location` is where
   * what it has begun is to be seen.
   */
  suspend(request: IdempotentRequest, location?: string): Promise<void>;
  /** Deletes some of the keys that are older than `keptMs`; returns how many. */
  purge(keptMs: number): Promise<number>;
};

/** A process that has been at work for longer than any request may take is dead. */
const staleMs = 60_000;
/** A day, as Stripe keeps them. */
export const keptMs = 24 * 3_600_000;

const firstPauseMs = 100;

export type RespondOnceDeps = { keys: IdempotencyKeys; sleep: (ms: number) => Promise<void> };

/**
 * Does what a request asks for once, and returns the first answer to its repetitions, as Stripe and the IETF's draft
 * (draft-ietf-httpapi-idempotency-key-header) have it. What `work` throws is not an answer, nor is what is not `isFinal`
 * yet: the request may be made again, and is then told where what it had begun is (`earlier`). Throws
 * `idempotency_key_reused` for another request under the same key, and `request_in_progress` for a twin.
 */
export async function respondOnce(
  { keys, sleep }: RespondOnceDeps,
  request: IdempotentRequest,
  work: (earlier?: string) => Promise<StoredResponse & { isFinal: boolean }>,
): Promise<StoredResponse & { replayed: boolean }> {
  const state = await keys.begin({ ...request, staleMs, keptMs });
  if (state === 'other request') {
    throw new AppError(keyReused, 'This Idempotency-Key belongs to another request: use a new one');
  }
  if (state === 'under way') {
    throw new AppError(requestInProgress, 'The same request is being answered; repeat it in a moment');
  }
  if (typeof state === 'object' && 'answer' in state) return { ...state.answer, replayed: true };
  try {
    const { isFinal, ...answer } = await work(state === 'begun' ? undefined : state.begunAfter);
    if (isFinal) await keys.finish(request, answer);
    else await keys.suspend(request, answer.location);
    return { ...answer, replayed: false };
  } catch (error) {
    await keys.suspend(request).catch(() => void suspendLater({ keys, sleep }, request));
    throw error;
  }
}

/** A database that comes back lets the request be repeated at once, and not when it has become stale. */
async function suspendLater({ keys, sleep }: RespondOnceDeps, request: IdempotentRequest): Promise<void> {
  for (let pauseMs = firstPauseMs, waitedMs = 0; waitedMs < staleMs; waitedMs += pauseMs, pauseMs *= 1.5) {
    await sleep(pauseMs);
    const isDone = await keys.suspend(request).then(
      () => true,
      () => false,
    );
    if (isDone) return;
  }
}
