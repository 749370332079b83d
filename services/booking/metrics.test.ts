import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { createMetrics } from '../../shared/http/metrics.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { sandboxMethods } from './adapters/sandbox-payments.ts';
import { saleMetrics } from './metrics.ts';
import { type Sale, startSale } from './testing.ts';

const metrics = createMetrics('test');
const user = randomUUID();
let sale: Sale;
beforeAll(async () => {
  sale = await startSale(({ sales }) => ({ observer: saleMetrics(metrics, sales) }));
});
afterAll(() => sale.drop());

/** Every sample of these metrics, as `/metrics` shows it. */
async function shown(...names: string[]): Promise<Record<string, number>> {
  const texts = await Promise.all(names.map((name) => metrics.registry.getSingleMetricAsString(name)));
  const lines = texts.join('\n').matchAll(/^(\w+(?:\{status="\w+")?).*\} (\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name!, Number(value)]));
}

test('orders whose payment has not ended, and how the sweep ended them', async () => {
  const { tickets } = await makeEvent(sale.sql, { seats: 3 });
  expect(await shown('pending_orders', 'pending_orders_oldest_age_seconds')).toEqual({
    pending_orders: 0,
    pending_orders_oldest_age_seconds: 0,
  });
  const methods = [sandboxMethods.lostAnswer, sandboxMethods.lostRequest, sandboxMethods.lostRequest];
  for (const [i, ticket] of tickets.entries()) {
    await sale.reserve(ticket, user);
    await sale.confirm(ticket, user, methods[i]!);
  }
  await sale.sql`
    update orders set created_at = now() - interval '1 hour' where id = (select min(id) from orders)`;
  const pending = await shown('pending_orders', 'pending_orders_oldest_age_seconds');
  expect(pending.pending_orders).toBe(3);
  expect(pending.pending_orders_oldest_age_seconds).toBeWithin(3600, 3700);

  expect(await sale.sweep()).toBe(3);
  expect(await shown('pending_orders', 'orders_swept_total', 'tickets_sold_total')).toEqual({
    pending_orders: 0,
    'orders_swept_total{status="paid"': 1,
    'orders_swept_total{status="failed"': 2,
    tickets_sold_total: 1,
  });
});
