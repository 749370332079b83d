import { noPaymentWaits } from '../errors.ts';
import { advanceOrder } from '../order/advance-order.ts';
import type { Ports } from '../ports.ts';

/** A bank that its buyer speaks to; returns false when no payment of this key waits for its buyer. */
export type Bank = { answer(key: string, approved: boolean): Promise<boolean> };

/**
 * Takes a buyer's decision on the payment of an order to their bank, and goes on with the order. As at a bank, the
 * order's uuid is the secret: no actor is asked for. Throws `order_not_found` where no payment waits for its buyer.
 */
export async function approvePayment(ports: Ports, bank: Bank, orderUuid: string, approved: boolean): Promise<void> {
  const known = await ports.orders.get(orderUuid);
  if (!known || !(await bank.answer(orderUuid, approved))) throw noPaymentWaits();
  await advanceOrder(ports, known, ports.payments.find);
}
