import { type Actor, mayManage } from '../../../../shared/auth/actor.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import { mustBe } from '../actor.ts';
import { orderNotFound } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { OrderView } from './order.ts';

/** Returns an order. Throws `order_not_found`, also for one that the actor may not see. */
export async function findOrder(
  { orders }: Pick<Ports, 'orders'>,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<OrderView> {
  const view = await orders.view(uuid);
  if (!view || !mayManage(actor, view.userUuid)) throw orderNotFound();
  return view;
}

/**
 * Returns a user's orders, the newest first, `after` one of them. Throws `forbidden` unless the user is the actor, or
 * the actor an organiser, and `invalid_request` for an `after` that is no order of this user: an empty page would look
 * like the end.
 */
export async function listOrders(
  { orders }: Pick<Ports, 'orders'>,
  { actor, userUuid, after, limit }: { actor: Actor; userUuid: string; after?: string | undefined; limit: number },
): Promise<OrderView[]> {
  if (!mayManage(actor, userUuid)) mustBe(actor, userUuid);
  if (after !== undefined && (await orders.view(after))?.userUuid !== userUuid) throw unknownCursor();
  return orders.list({ userUuid, after, limit });
}
