import { randomUUID } from 'node:crypto';
import { newHistogram, record } from './histogram.ts';

/**
 * Sells tickets at a steady rate, each reserved and confirmed by another user over HTTP. Ending it returns the number
 * of sales and their times, and throws when one failed.
 */
export function writeSales(port: number, tickets: string[], perSecond: number) {
  const took = newHistogram();
  const underway = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const began = performance.now();
  let started = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - began) * perSecond) / 1000;
    for (; started < due && started < tickets.length; started++) {
      const sale = sell(tickets[started]!).catch((error) => void failures.push(error));
      underway.add(sale);
      sale.then(() => underway.delete(sale));
    }
  }, 2);

  async function sell(ticket_uuid: string): Promise<void> {
    const at = performance.now();
    const buyer = { ticket_uuid, user_uuid: randomUUID() };
    await post('reserve', buyer);
    await post('confirm', { ...buyer, payment_method_uuid: randomUUID() });
    record(took, performance.now() - at);
  }

  async function post(verb: string, body: unknown): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/booking/tickets/${verb}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (answer.status !== 200) throw new Error(`${verb} answered ${answer.status}: ${await answer.text()}`);
  }

  return async () => {
    clearInterval(timer);
    const seconds = (performance.now() - began) / 1000;
    await Promise.all(underway);
    if (failures.length > 0) throw failures[0];
    return { sold: started, perSecond: started / seconds, took };
  };
}
