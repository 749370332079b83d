import { createHmac } from 'node:crypto';
import { type Clock, sleep } from '../../shared/async/clock.ts';
import type { Event } from './books.ts';

/**
 * The endpoint of webhooks. Events are sent as they happen, side by side, unless they are held for the test to deliver;
 * each `copies` times (once). Without a 2xx an event is sent again, after a pause, until there is one.
 */
export type WebhookOptions = {
  url: string | (() => string);
  secret: string;
  held?: boolean;
  copies?: number;
  retryMs?: number;
};

const defaultRetryMs = 1000;
const patienceMs = 10_000;

export function webhooks(
  { url, secret, held = false, copies = 1, retryMs = defaultRetryMs }: WebhookOptions,
  clock: Clock,
) {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();

  async function deliver(event: Event): Promise<void> {
    while (!stopping.signal.aborted) {
      if (await post(event)) return;
      await sleep(retryMs, stopping.signal);
    }
  }

  async function post(event: Event): Promise<boolean> {
    const to = typeof url === 'string' ? url : url();
    const body = JSON.stringify(event, null, 2);
    const headers = {
      'Content-Type': 'application/json; charset=utf-8',
      'Stripe-Signature': sign(body, secret, clock),
    };
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(patienceMs)]);
    const response = await fetch(to, { method: 'POST', headers, body, signal }).catch(() => undefined);
    return response?.ok === true;
  }

  function heard(event: Event): void {
    if (held) return;
    for (let copy = 0; copy < copies; copy++) {
      const delivery = deliver(event).finally(() => underWay.delete(delivery));
      underWay.add(delivery);
    }
  }

  return {
    heard,
    deliver,
    /** Resolves when all events that are not held have arrived. */
    async delivered(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(underWay);
    },
  };
}

function sign(body: string, secret: string, clock: Clock): string {
  const seconds = Math.floor(clock.now() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
