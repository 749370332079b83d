import { PaymentRefused, PaymentUnanswered } from '../errors.ts';
import type { Ports } from '../ports.ts';
import type { OpenRefund, Refund } from './refund.ts';

export type PayBackPorts = Pick<Ports, 'refunds'> & {
  payments: Pick<Ports['payments'], 'refund' | 'name'>;
  observer: Pick<Ports['observer'], 'refundPaid' | 'refundDisputed' | 'paymentRefused'>;
};

/**
 * Has the provider pay a pending refund; it stays pending while the provider does not respond. The refund's uuid is the
 * provider's key, so that repeating it moves no more money.
 */
export async function payBack(
  { refunds, payments, observer }: PayBackPorts,
  { earlier, ...refund }: OpenRefund,
): Promise<Refund> {
  if (refund.status !== 'pending') return refund;
  const request = { key: refund.orderUuid, refundKey: refund.uuid, amount: refund.amount, earlier };
  try {
    const how = refund.amount > 0 ? await payments.refund(request) : 'nothing';
    const status = how === 'disputed' ? 'disputed' : 'succeeded';
    const isNews = await refunds.finish(refund.uuid, status);
    if (isNews) (status === 'disputed' ? observer.refundDisputed : observer.refundPaid)();
    return { ...refund, status };
  } catch (error) {
    if (!(error instanceof PaymentUnanswered)) throw error;
    if (error instanceof PaymentRefused) {
      observer.paymentRefused(error.reason, error);
      await refunds.noteRefusal(refund.uuid, error.reason);
    }
    return refund;
  }
}
