import type { Ports } from '../ports.ts';

export type FailedRefundPorts = Pick<Ports, 'refunds'> & {
  payments: Pick<Ports['payments'], 'findRefund' | 'name'>;
  observer: Pick<Ports['observer'], 'refundFailed'>;
};

/**
 * Asks the provider how the refunds of an order stand that have succeeded, and notes those whose money came back: they
 * are `failed` from then on. Returns their number. Throws `PaymentUnanswered`.
 */
export async function noteFailedRefunds(
  { refunds, payments, observer }: FailedRefundPorts,
  orderUuid: string,
): Promise<number> {
  let failed = 0;
  for (const refund of await refunds.made(orderUuid, payments.name)) {
    const { uuid: refundKey, amount, earlier } = refund;
    const state = await payments.findRefund({ key: orderUuid, refundKey, amount, earlier });
    if (state.is === 'given' || !(await refunds.fail(refund, state.reason))) continue;
    observer.refundFailed();
    failed++;
  }
  return failed;
}
