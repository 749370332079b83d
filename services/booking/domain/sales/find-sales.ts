import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustSeeSales } from '../event/organised-event.ts';
import type { Ports } from '../ports.ts';
import type { RateSales, SalesAsked, SalesFigures, SalesMoney, TicketCounts } from './sales.ts';

/** `money` by currency: one, unless the event has tickets of several. */
export type Sales = SalesFigures & { tickets: TicketCounts; money: SalesMoney[] };

/** Returns how the sale of an event goes. Throws as `mustSeeSales`. */
export async function findSales(
  ports: Pick<Ports, 'eventChanges' | 'eventSales' | 'locks'>,
  { actor, eventUuid, ...asked }: { actor: Actor; eventUuid: string } & SalesAsked,
): Promise<Sales> {
  await mustSeeSales(ports, { actor, eventUuid });
  const lockedUuids = await ports.locks.list(eventUuid);
  const figures = await ports.eventSales.figures(eventUuid, { ...asked, lockedUuids });
  return { ...figures, tickets: sumOf(figures.categories), money: moneyOf(figures.rates) };
}

function sumOf(categories: TicketCounts[]): TicketCounts {
  const sum = { total: 0, sold: 0, pending: 0, held: 0, heldBack: 0, free: 0 };
  for (const counts of categories)
    for (const key of Object.keys(sum) as (keyof TicketCounts)[]) sum[key] += counts[key];
  return sum;
}

function moneyOf(rates: RateSales[]): SalesMoney[] {
  const sums = new Map<string, SalesMoney>();
  for (const { currency, revenue, refunded, refundsPending } of rates) {
    const sum = sums.get(currency) ?? { currency, revenue: 0, refunded: 0, refundsPending: 0, net: 0 };
    sum.revenue += revenue;
    sum.refunded += refunded;
    sum.refundsPending += refundsPending;
    sum.net += revenue - refunded;
    sums.set(currency, sum);
  }
  return [...sums.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}
