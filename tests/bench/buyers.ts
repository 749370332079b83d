import { randomUUID } from 'node:crypto';
import { type Histogram, newHistogram, record } from './histogram.ts';

export type Purchases = {
  /** Seats that were paid for, in `seconds`. */
  seats: number;
  seconds: number;
  /** From the request for the seats to the paid order. */
  took: Histogram;
  /** Responses other than success, by step and status. */
  refused: Record<string, number>;
};

export type BuyersPlan = {
  ports: number[];
  buyers: number;
  ms: number;
  /** Returns the body of the next purchase; undefined at the end. */
  next(): object | undefined;
};

const json = { 'Content-Type': 'application/json' };

/**
 * Buyers who make one purchase after the other without a pause: each holds two seats and pays for them. After a refusal
 * a buyer goes on with another purchase.
 */
export async function letBuy({ ports, buyers, ms, next }: BuyersPlan): Promise<Purchases> {
  const took = newHistogram();
  const refused: Record<string, number> = {};
  let seats = 0;
  const began = performance.now();

  async function post(step: string, port: number, body: object, headers: Record<string, string>) {
    const url = `http://127.0.0.1:${port}/api/v1/booking/${step}`;
    const answer = await fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
    const text = await answer.text();
    if (answer.status === 201) return JSON.parse(text) as { uuid: string; tickets: unknown[] };
    const name = `${step} ${answer.status}`;
    refused[name] = (refused[name] ?? 0) + 1;
    return undefined;
  }

  async function buyer(n: number): Promise<void> {
    const port = ports[n % ports.length]!;
    while (performance.now() - began < ms) {
      const wish = next();
      if (!wish) return;
      const at = performance.now();
      const user_uuid = randomUUID();
      const held = await post('reservations', port, { user_uuid, ...wish }, {});
      if (!held) continue;
      const body = { reservation_uuid: held.uuid, payment_method_uuid: randomUUID() };
      const paid = await post('orders', port, body, { 'Idempotency-Key': randomUUID() });
      if (!paid) continue;
      record(took, performance.now() - at);
      seats += held.tickets.length;
    }
  }

  await Promise.all(Array.from({ length: buyers }, (_, n) => buyer(n)));
  return { seats, seconds: (performance.now() - began) / 1000, took, refused };
}
