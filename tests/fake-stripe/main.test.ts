import { expect, test } from 'bun:test';
import { join } from 'node:path';
import type Stripe from 'stripe';
import { runProcess } from '../rig/process.ts';
import { clientOf, refusal } from './testing.ts';

test('the fake names the variable that moves it when its port is taken', async () => {
  const squatter = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });
  const env = { FAKE_STRIPE_PORT: String(squatter.port) };
  const refused = runProcess([process.execPath, join(import.meta.dirname, 'main.ts')], env);
  await expect(refused).rejects.toThrow(
    `Port ${squatter.port} is taken by another program. Stop it, or set FAKE_STRIPE_PORT to another port.`,
  );
  await squatter.stop();
});

test('the fake runs as a process by itself, with its handle over HTTP', async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, 'main.ts')], { stdout: 'pipe' });
  try {
    const base = await firstLine(child.stdout);
    const stripe = clientOf(base);
    const handle = async (path: string, body?: object) => {
      const response = await fetch(`${base}/fake/${path}`, body && { method: 'POST', body: JSON.stringify(body) });
      return { status: response.status, body: await response.json() };
    };
    const pay = (payment_method: string) =>
      stripe.paymentIntents.create({
        amount: 500,
        currency: 'usd',
        allowed_payment_method_types: ['card'],
        confirm: true,
        payment_method,
      });

    const manual = {
      ...{ amount: 500, currency: 'usd', confirm: true, capture_method: 'manual' },
      allowed_payment_method_types: ['card'],
    } satisfies Stripe.PaymentIntentCreateParams;

    const { id } = await pay('pm_card_authenticationRequired');
    expect((await handle(`intents/${id}/approve`, {})).status).toBe(200);
    expect((await handle(`intents/${id}/approve`, {})).status).toBe(400);
    expect((await handle('intents')).body).toMatchObject([
      { id, status: 'succeeded', latest_charge: { captured: true } },
    ]);
    const refund = await stripe.refunds.create({ payment_intent: id });
    await handle(`refunds/${refund.id}/fail`, {});
    const other = await pay('pm_card_authenticationRequired');
    await handle(`intents/${other.id}/reject`, {});
    const events = (await handle('events')).body as { type: string }[];
    expect(events.slice(-3).map(({ type }) => type)).toEqual([
      'payment_intent.created',
      'payment_intent.requires_action',
      'payment_intent.payment_failed',
    ]);
    const third = await pay('pm_card_visa');
    expect((await handle(`intents/${third.id}/refund`, { amount: 100 })).body).toMatchObject({ amount: 100 });
    expect((await handle(`intents/${third.id}/dispute`, {})).body).toMatchObject({ status: 'needs_response' });
    expect((await handle(`intents/${third.id}/refund`, {})).status).toBe(400);
    expect((await handle(`intents/${third.id}/close-dispute`, { as: 'won' })).status).toBe(200);
    expect((await handle(`intents/${third.id}/refund`, {})).body).toMatchObject({ amount: 400 });
    const hold = async () =>
      (await stripe.paymentIntents.create({ ...manual, payment_method: 'pm_card_pendingRefund' })).id;
    expect((await handle(`intents/${await hold()}/cancel`, {})).body).toMatchObject({ status: 'canceled' });
    const fourth = await hold();
    const captured = await handle(`intents/${fourth}/capture`, { amount: 300 });
    expect(captured.body).toMatchObject({ amount_received: 300 });
    const pending = (await handle(`intents/${fourth}/refund`, {})).body as { id: string };
    expect((await handle(`refunds/${pending.id}/settle`, {})).status).toBe(200);
    await handle('faults', [{ on: 'create', how: '429' }]);
    expect((await refusal(pay('pm_card_visa'))).statusCode).toBe(429);
    expect((await handle('nothing')).status).toBe(404);
  } finally {
    child.kill();
    expect(await child.exited).toBe(0);
  }
});

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const match = /^STRIPE_API_BASE=(.+)\n/.exec(text);
    if (match) return match[1]!;
  }
  throw new Error(`no address: ${text}`);
}
