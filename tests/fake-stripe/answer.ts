import { sleep } from '../../shared/async/clock.ts';
import type { Books } from './books.ts';
import { Failure } from './failure.ts';
import { type Fault, takeFault } from './faults.ts';
import { parseForm } from './form.ts';
import type { Answer, Call, idempotencyKeys } from './idempotency.ts';
import { expireHolds } from './intents.ts';
import { refusalOf } from './refusals.ts';
import { type Route, routeOf } from './routes.ts';

export type Asked = { method: string; url: URL; headers: Headers; body: string; requestId: string };
export type Fake = { books: Books; keys: ReturnType<typeof idempotencyKeys>; faults: Fault[] };

/** Returns the response; 'lost' when the connection is dropped instead. */
export async function answer(fake: Fake, asked: Asked): Promise<Answer | 'lost'> {
  const { method, url, headers } = asked;
  if (!hasKey(headers))
    return failed(new Failure(401, { type: 'invalid_request_error', message: 'No API key provided' }));
  const route = routeOf(method, url.pathname);
  return route ? answerRoute(fake, asked, route).catch(refusal) : failed(unrecognized(url.pathname));
}

async function answerRoute(fake: Fake, asked: Asked, route: Route): Promise<Answer | 'lost'> {
  const query = asked.method === 'POST' ? asked.body : asked.url.search;
  const call = callOf(asked, query);
  const earlier = fake.keys.find(call);
  const fault = takeFault(fake.faults, route.on, earlier !== undefined);
  if (fault?.how === '429') throw tooMany();
  if (fault?.how === 'lost-before') return 'lost';
  const given = earlier ?? (await fake.keys.run(call, () => execute(fake, call, route, query, fault)).catch(refusal));
  return fault?.how === 'lost-after' ? 'lost' : given;
}

/** Does the work under a fault. Throws an error that came before anything had begun. */
async function execute({ books }: Fake, call: Call, route: Route, query: string, fault?: Fault): Promise<Answer> {
  if (fault?.how === 'delay') await (fault.until ?? sleep(fault.ms ?? 0));
  if (fault?.how === '500-before') return broken(call);
  if (fault?.how === 'refused') return refusedBy(fault);
  expireHolds(books);
  books.request = { id: call.requestId, idempotency_key: call.key ?? null };
  let given: Answer;
  try {
    // A copy: by the time that it is replayed, or even sent, the object has changed.
    given = { status: 200, body: structuredClone(route.run(books, parseForm(query))), headers: {} };
  } catch (error) {
    if (!(error instanceof Failure && error.begun)) throw error;
    given = failed(error);
  }
  return fault?.how === '500-after' ? broken(call) : given;
}

function callOf({ method, url, headers, requestId }: Asked, query: string): Call {
  const key = method === 'POST' ? headers.get('Idempotency-Key') : null;
  return {
    key: key ?? undefined,
    path: url.pathname,
    parameters: [...new URLSearchParams(query)].map(String).sort().join('&'),
    requestId,
  };
}

/** With a key it would only be replayed, and the response says so. */
const broken = ({ key }: Call): Answer => ({
  status: 500,
  body: { error: { type: 'api_error', message: 'An unknown error occurred' } },
  headers: key === undefined ? {} : { 'Stripe-Should-Retry': 'false' },
});

function refusal(error: unknown): Answer {
  if (error instanceof Failure) return failed(error);
  throw error;
}

/** Some refusals are kept under an idempotency key, like all that the work itself throws. */
function refusedBy({ code = 'no code: invalid request' }: Fault): Answer {
  const failure = refusalOf(code);
  if (!failure.begun) throw failure;
  return failed(failure);
}

const unrecognized = (path: string) =>
  new Failure(404, { type: 'invalid_request_error', message: `Unrecognized URL: ${path}` });
const tooMany = () =>
  new Failure(429, { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests' });

const failed = ({ status, body }: Failure): Answer => ({ status, body: { error: body }, headers: {} });

function hasKey(headers: Headers): boolean {
  const [scheme, value = ''] = (headers.get('Authorization') ?? '').split(' ');
  const key = scheme === 'Basic' ? atob(value).split(':')[0]! : scheme === 'Bearer' ? value : '';
  return /^(sk|rk)_\w+$/.test(key);
}
