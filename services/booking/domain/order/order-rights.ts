import { type Actor, organises, type Scope } from '../../../../shared/auth/actor.ts';
import { mustOrganise } from '../../../../shared/auth/rights.ts';
import { orderNotFound } from '../errors.ts';
import type { Ports } from '../ports.ts';

export type RightsPorts = { orders: Pick<Ports['orders'], 'organiserOf'> };

/**
 * Returns whether the actor may act on an order as an organiser: a person of the platform on any order, all others on
 * the orders of their own events. Throws for a key, which has no other part in an order: `forbidden` without the right,
 * and `order_not_found` for another's event. A buyer costs no look into the database.
 */
export async function organisesOrder(
  { orders }: RightsPorts,
  actor: Actor,
  orderUuid: string,
  scope: Scope,
): Promise<boolean> {
  switch (actor.is) {
    case 'user':
    case 'anyone':
      return false;
    case 'admin':
    case 'system':
      return true;
    case 'organiser': {
      if (actor.organiserUuid === null) return true;
      const organiserUuid = await orders.organiserOf(orderUuid);
      return organiserUuid !== undefined && organises(actor, organiserUuid, scope);
    }
    case 'key':
      mustOrganise(actor, await orders.organiserOf(orderUuid), scope, orderNotFound);
      return true;
  }
}

/** The right that a key needs to see orders: whoever sells sees what was sold. */
export const toSee = (actor: Actor): Scope => (actor.is === 'key' && actor.scopes.includes('sell') ? 'sell' : 'read');
