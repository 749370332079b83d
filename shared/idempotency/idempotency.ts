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

/** A turn to do a request: by its name only the one that has it may end it. `location` is what an earlier turn has left. */
export type Turn = { name: string; location?: string };

/** Port: the responses to requests with a key. Throws `unavailable`. */
export type IdempotencyKeys = {
  /**
   * Begins a request: a `turn` for the first with its key (or when the turn before has lasted longer than `staleMs`: its
   * process has died); `response` with the stored response; else the reason why not. Keys are forgotten after `keptMs`.
   */
  begin(
    request: IdempotentRequest & { staleMs: number; keptMs: number },
  ): Promise<{ turn: Turn } | 'under way' | 'other request' | { response: StoredResponse }>;
  /** Stores the final response, unless there is one already; returns the one that is stored. */
  finish(request: IdempotentRequest, response: StoredResponse): Promise<StoredResponse>;
  /**
   * Ends a turn without a final response: the request may be repeated at once, and no other with its key. Does nothing
   * when another turn has begun since. `location` is that of the resource that it has begun to create.
   */
  suspend(request: IdempotentRequest, turn: Turn, location?: string): Promise<void>;
  /** Deletes some of the keys that are older than `keptMs`; returns how many. */
  purge(keptMs: number): Promise<number>;
};

/**
 * The end of a request whose change is one transaction: `respond` makes the final response to its result, which is
 * stored in that transaction.
 */
export type Ending<R> = { request: IdempotentRequest; respond(result: R): StoredResponse };

export const inProgress = () =>
  new AppError(requestInProgress, 'The same request is being answered; repeat it in a moment');

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
    throw inProgress();
  }
  if ('response' in state) return { ...state.response, replayed: true };
  const { turn } = state;
  try {
    const { isFinal, ...response } = await work(turn.location);
    if (isFinal) return { ...(await keys.finish(request, response)), replayed: false };
    await keys.suspend(request, turn, response.location);
    return { ...response, replayed: false };
  } catch (error) {
    await keys.suspend(request, turn).catch(() => void suspendLater({ keys, sleep }, request, turn));
    throw error;
  }
}

/** When the database comes back the request may be repeated at once, and not only when it has become stale. */
async function suspendLater({ keys, sleep }: RespondOnceDeps, request: IdempotentRequest, turn: Turn): Promise<void> {
  for (let pauseMs = firstPauseMs, waitedMs = 0; waitedMs < staleMs; waitedMs += pauseMs, pauseMs *= 1.5) {
    await sleep(pauseMs);
    const isDone = await keys.suspend(request, turn).then(
      () => true,
      () => false,
    );
    if (isDone) return;
  }
}
