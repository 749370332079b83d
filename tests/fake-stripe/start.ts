import { type Clock, systemClock } from '../../shared/async/clock.ts';
import { answer } from './answer.ts';
import { type Books, newId, openBooks } from './books.ts';
import { control } from './control.ts';
import type { Fault } from './faults.ts';
import { handleOf } from './handle.ts';
import { type Answer, idempotencyKeys } from './idempotency.ts';
import { type WebhookOptions, webhooks } from './webhooks.ts';

export type FakeStripe = Awaited<ReturnType<typeof startFakeStripe>>;

/** Starts a server that behaves like Stripe's documented payment intents with cards. Its state ends with it. */
export async function startFakeStripe({
  port = 0,
  clock = systemClock,
  webhook,
}: {
  port?: number;
  clock?: Clock;
  webhook?: WebhookOptions;
} = {}) {
  const hooks = webhook && webhooks(webhook, clock);
  const books = openBooks(clock, (event) => hooks?.heard(event));
  const keys = idempotencyKeys(clock);
  const faults: Fault[] = [];

  const handle = { ...handleOf(books, faults), ...deliveries(books, hooks) };

  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    async fetch(request) {
      const { method, headers } = request;
      const url = new URL(request.url);
      const body = await request.text();
      if (url.pathname.startsWith('/fake/')) return control(handle, method, url.pathname, body);
      const requestId = newId('req');
      const given = await answer({ books, keys, faults }, { method, url, headers, body, requestId });
      return given === 'lost' ? dropped() : answered(given, requestId);
    },
  });

  return {
    ...handle,
    /** Its address, such as `http://127.0.0.1:12111`. */
    base: `http://127.0.0.1:${server.port}`,
    async close(): Promise<void> {
      await Promise.all([server.stop(true), hooks?.stop()]);
    },
  };
}

/**
 * Each connection serves one request: on a reused one Bun's fetch would repeat a dropped GET by itself, so that a fault
 * might go unnoticed.
 */
const answered = ({ status, body, headers }: Answer, requestId: string) =>
  Response.json(body, { status, headers: { 'Request-Id': requestId, Connection: 'close', ...headers } });

/** Bun closes the connection, with nothing sent, when the body fails at once. */
const dropped = () => new Response(new ReadableStream({ start: (controller) => controller.error() }));

const deliveries = (books: Books, hooks?: ReturnType<typeof webhooks>) => ({
  /** Sends events to the webhook, held or not, one after the other in this order, each until it is accepted. */
  async deliver(eventIds: string[]): Promise<void> {
    for (const id of eventIds) await hooks?.deliver(books.events.find((event) => event.id === id)!);
  },
  /** Resolves when all events that are not held have arrived. */
  delivered: async (): Promise<void> => hooks?.delivered(),
});
