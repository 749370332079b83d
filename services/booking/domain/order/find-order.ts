import { type Actor, isPlatform, owns } from '../../../../shared/auth/actor.ts';
import { actingFor } from '../../../../shared/auth/rights.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import { forbidden, orderNotFound } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { OrderView } from './order.ts';
import { organisesOrder, toSee } from './order-rights.ts';

/**
 * Returns an order, to its buyer and to the organiser of its event. Throws `order_not_found`, also for one that the
 * actor may not see, and `forbidden` for a key that lacks the right.
 */
export async function findOrder(
  { orders }: Pick<Ports, 'orders'>,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<OrderView> {
  const view = await orders.view(uuid);
  if (!view) throw orderNotFound();
  if (!owns(actor, view.userUuid) && !(await organisesOrder({ orders }, actor, uuid, toSee(actor)))) {
    throw orderNotFound();
  }
  return view;
}

/**
 * Returns a user's orders, the newest first, `after` one of them; to an organiser those of its own events, to the
 * platform's all. Throws `forbidden` for another buyer, and for a key that lacks the right, and `invalid_request` for
 * an `after` that is no order of this user: an empty page would look like the end.
 */
export async function listOrders(
  { orders }: Pick<Ports, 'orders'>,
  { actor, userUuid, after, limit }: { actor: Actor; userUuid: string; after?: string | undefined; limit: number },
): Promise<OrderView[]> {
  if (actor.is === 'user' && !owns(actor, userUuid)) throw forbidden();
  const seesAll = owns(actor, userUuid) || isPlatform(actor);
  const ofOrganiser = seesAll ? {} : { ofOrganiser: { uuid: actingFor(actor, toSee(actor)) } };
  if (after !== undefined && (await orders.view(after))?.userUuid !== userUuid) throw unknownCursor();
  return orders.list({ userUuid, after, limit, ...ofOrganiser });
}
