import { AppError, type ErrorType } from '../errors.ts';

export const keyReused = { code: 'idempotency_key_reused', kind: 'unprocessable' } as const satisfies ErrorType;
export const requestInProgress = {
  code: 'request_in_progress',
  kind: 'conflict',
  again: true,
} as const satisfies ErrorType;

/** A response that can be repeated: a status, the JSON of a body, and the location of a created resource. */
export type StoredResponse = { status: number; body: string; location?: string };

/** A request with an Idempotency-Key: `fingerprint` is a hash of the request, `scope` the owner of the key. */
export type IdempotentRequest = { scope: string; key: string; fingerprint: string };

/** Port: the responses to requests with a key. Throws `unavailable`. */
export type IdempotencyKeys = {
  /**
   * Begins a request: `begun` for the first with its key (or when the first has been at work for longer than `staleMs`:
   * its process has died), `begunAfter` with the location that an earlier try has left; `response` with the stored
   * response; else the reason why not. Keys are forgotten after `keptMs`.
   */
  begin(
    request: IdempotentRequest & { staleMs: number; keptMs: number },
  ): Promise<'begun' | { begunAfter: string } | 'under way' | 'other request' | { response: StoredResponse }>;
  finish(request: IdempotentRequest, response: StoredResponse): Promise<void>;
  /**
   * Ends a request without a final response: it may be repeated at once, and no other with its key. `location` is that
   * of the resource that it has begun to create.
   */
  suspend(request: IdempotentRequest, location?: string): Promise<void>;
  /** Deletes some of the keys that are older than `keptMs`; returns how many. */
  purge(keptMs: number): Promise<number>;
};

/** Longer than any request may take: its process is dead. */
const staleMs = 60_000;
/** A day, as Stripe keeps them. */
export const keptMs = 24 * 3_600_000;

const firstPauseMs = 100;

export type RespondOnceDeps = { keys: IdempotencyKeys; sleep: (ms: number) => Promise<void> };

/**
 * Runs a request once, and returns the first response to its repetitions, as Stripe and the IETF's draft
 * (draft-ietf-httpapi-idempotency-key-header) do. An error of `work` is not stored, nor is a response that is not
 * `isFinal`: the request may be repeated, and then gets the location of what it had begun (`earlier`). Throws
 * `idempotency_key_reused` for another request with the same key, and `request_in_progress` for a concurrent
 * repetition.
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
  if (typeof state === 'object' && 'response' in state) return { ...state.response, replayed: true };
  try {
    const { isFinal, ...response } = await work(state === 'begun' ? undefined : state.begunAfter);
    if (isFinal) await keys.finish(request, response);
    else await keys.suspend(request, response.location);
    return { ...response, replayed: false };
  } catch (error) {
    await keys.suspend(request).catch(() => void suspendLater({ keys, sleep }, request));
    throw error;
  }
}

/** When the database comes back the request may be repeated at once, and not only when it has become stale. */
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
