import type { Clock } from '../../shared/async/clock.ts';
import { Failure, invalid } from './failure.ts';

export type Answer = { status: number; body: object; headers: Record<string, string> };
export type Call = { key: string | undefined; path: string; parameters: string; requestId: string };

const keptMs = 24 * 3_600_000;
const maxKeyLength = 255;

type Kept = Call & { at: number; answer?: Answer };

/** The first request with a key, and its response. */
export function idempotencyKeys(clock: Clock) {
  const all = new Map<string, Kept>();

  /** Returns the request's earlier response, if any; throws when the key belongs to another or to one under way. */
  function find(call: Call): Answer | undefined {
    if (call.key === undefined) return undefined;
    if (call.key.length > maxKeyLength) throw invalid('An idempotency key has at most 255 characters');
    const kept = all.get(call.key);
    if (!kept) return undefined;
    if (clock.now() - kept.at >= keptMs) {
      all.delete(call.key);
      return undefined;
    }
    if (kept.path !== call.path || kept.parameters !== call.parameters) throw reused(kept, call);
    if (!kept.answer) throw inUse(call.key);
    const headers = { ...kept.answer.headers, 'Idempotent-Replayed': 'true', 'Original-Request': kept.requestId };
    return { ...kept.answer, headers };
  }

  /** Does the work under the call's key and keeps its response; a failure before it has begun leaves the key free. */
  async function run(call: Call, work: () => Promise<Answer>): Promise<Answer> {
    if (call.key === undefined) return work();
    const kept: Kept = { ...call, at: clock.now() };
    all.set(call.key, kept);
    try {
      kept.answer = await work();
      return kept.answer;
    } finally {
      if (!kept.answer) all.delete(call.key);
    }
  }

  return { find, run };
}

function reused(kept: Call, { key, path }: Call): Failure {
  const what = kept.path === path ? 'parameters' : `endpoint (${kept.path}, not ${path})`;
  return new Failure(400, { type: 'idempotency_error', message: `Key '${key}' was first used with other ${what}` });
}

const inUse = (key: string): Failure =>
  new Failure(409, {
    type: 'invalid_request_error',
    code: 'idempotency_key_in_use',
    message: `Another request with the key '${key}' is still under way`,
  });
