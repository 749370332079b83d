import type { Random } from '../../drizzle/seed/random.ts';
import { sleep } from '../../shared/async/clock.ts';
import { count, type Ledger } from './ledger.ts';

/** A response; status 0 means that none came. `code` is the stable one of an error. */
export type Reply = { status: number; code: string; text: string };

export type Ask = { name: string; method?: 'POST' | 'PUT' | 'DELETE'; path: string; body?: object; key?: string };

/** `onLost` is called when a response was lost: the request may have taken effect. */
export type Heard = { onReply?(reply: Reply): void; onLost?(): void };

export type Api = {
  /** Sends a request to any of the processes, once. */
  ask(random: Random, request: Ask): Promise<Reply>;
  /** Sends a request to any process until a final response comes; undefined when none came in a while. */
  insist(random: Random, request: Ask, heard?: Heard): Promise<Reply | undefined>;
};

const patienceMs = 8000;
const maxTries = 8;
/** The share of requests whose buyer leaves before the response, as after a lost connection. */
const cutShare = 0.03;
const shortestCutMs = 2;
const longestCutMs = 40;

/** A client of the processes of one service. Every response is counted in the ledger. */
export function createApi(urls: string[], { answers }: Pick<Ledger, 'answers'>): Api {
  async function send(random: Random, { method, path, body, key }: Ask): Promise<Reply> {
    const cutMs = random.next() < cutShare ? random.int(shortestCutMs, longestCutMs) : patienceMs;
    try {
      const response = await fetch(random.pick(urls) + path, {
        method: method ?? 'GET',
        headers: { ...(body && { 'Content-Type': 'application/json' }), ...(key && { 'Idempotency-Key': key }) },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(cutMs),
      });
      const text = await response.text();
      return { status: response.status, code: response.ok ? '' : codeOf(text), text };
    } catch {
      return { status: 0, code: '', text: '' };
    }
  }

  async function ask(random: Random, request: Ask): Promise<Reply> {
    const reply = await send(random, request);
    count(answers, `${request.name} ${reply.status} ${reply.code}`.trimEnd());
    return reply;
  }

  return {
    ask,
    async insist(random, request, { onReply, onLost } = {}) {
      for (let tries = 0; tries < maxTries; tries++) {
        const reply = await ask(random, request);
        if (isAnswer(reply)) {
          onReply?.(reply);
          return reply;
        }
        onLost?.();
        await sleep(random.int(100, 600));
      }
      return undefined;
    },
  };
}

/** The others ask for a retry: the request may have taken effect or not. */
export const isAnswer = ({ status, code }: Reply) => status !== 0 && status !== 503 && code !== 'request_in_progress';

/** The code of an error; a text that is not our JSON has none of ours. */
function codeOf(text: string): string {
  try {
    return String((JSON.parse(text) as { error?: string }).error);
  } catch {
    return 'foreign';
  }
}
