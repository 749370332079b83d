import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import { type CompleteDeps, conclude } from './complete-order.ts';
import type { Standing } from './payment-provider.ts';
import type { KnownOrder } from './sale.ts';

export type CarryOnDeps = CompleteDeps & { feed: Pick<SeatFeed, 'publish'> };

/** Brings an order to its end that no request waits for. Answers whether it did. */
export async function carryOn(
  deps: CarryOnDeps,
  { order, eventUuids }: KnownOrder,
  standing: Standing,
): Promise<boolean> {
  const ending = await conclude(deps, order, standing);
  if (!ending?.changed) return false;
  deps.observer.orderSwept(ending.status);
  for (const eventUuid of eventUuids) deps.feed.publish(eventUuid);
  return true;
}
