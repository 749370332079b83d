import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustOrganise } from '../../../../shared/auth/rights.ts';
import { orderNotFound } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { toSee } from './order-rights.ts';

/**
 * A step of an order: how it, its payment and the refund that the step was about stood then, and why. Instants are RFC
 * 3339, UTC; amounts are in minor units of the order's currency.
 */
export type OrderStep = {
  at: string;
  order: string;
  payment: string;
  refund: string | null;
  refundUuid: string | null;
  amount: number;
  cause: string;
};

/**
 * A refund of an order. `failure` is why it has failed, or was refused at the last try; `attempts` is how often
 * the provider has refused it since it is pending, and `nextTryAt` when the sweep asks again.
 */
export type RefundStory = {
  uuid: string;
  status: string;
  amount: number;
  seats: string[];
  createdAt: string;
  failure: string | null;
  attempts: number;
  nextTryAt: string | null;
};

/** The whole story of an order, as its organiser and an operator look at it. */
export type OrderHistory = {
  uuid: string;
  /** Null when the event has gone: its orders have all failed then, and are the platform's. */
  eventUuid: string | null;
  organiserUuid: string | null;
  status: string;
  userUuid: string;
  total: number;
  currency: string;
  createdAt: string;
  /** `disputedAt`: when the buyer had their bank take it back. */
  payment: { status: string; provider: string | null; amount: number; disputedAt: string | null };
  /** The oldest first, as the steps. */
  refunds: RefundStory[];
  steps: OrderStep[];
};

/** Port: the history of orders. Throws `unavailable`. */
export type OrderHistories = {
  /** Returns undefined for an unknown order. */
  read(orderUuid: string): Promise<OrderHistory | undefined>;
};

/**
 * Returns the whole story of an order of an event that the actor organises. Throws `order_not_found`, and `forbidden`
 * for buyers and for keys without `read` or `sell`.
 */
export async function findOrderHistory(
  { orderHistories }: Pick<Ports, 'orderHistories'>,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<OrderHistory> {
  const history = await orderHistories.read(uuid);
  mustOrganise(actor, history?.organiserUuid, toSee(actor), orderNotFound);
  return history!;
}
