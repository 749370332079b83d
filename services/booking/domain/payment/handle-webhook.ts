import { carryOn } from '../order/advance-order.ts';
import type { CompleteDeps } from '../order/complete-order.ts';

/**
 * What the payment provider tells by itself. Of its content nothing is believed but which payment it is about: that is asked
 * for anew, so that notices may come in any order, twice, or late.
 */
export type Notice = {
  id: string;
  type: string;
  /** The order's uuid, and the provider's name for the payment; absent when it is about something else. */
  payment?: { key: string; reference: string };
  /** Money that was on its way back has not arrived, and a person must see to it. */
  isRefundFailure: boolean;
  /** The buyer has had their bank take a payment back; or (not `isOpen`) the seller has won, or nothing was taken. */
  dispute?: { key: string; isOpen: boolean };
};

/** Port: which notices have been heard. Throws `unavailable`. */
export type Notices = {
  has(id: string): Promise<boolean>;
  record(notice: Pick<Notice, 'id' | 'type'>): Promise<void>;
  /** Deletes some that are older; returns how many. */
  purge(keptMs: number): Promise<number>;
};

export type HearDeps = CompleteDeps & { notices: Notices };

/**
 * Brings the order that a notice is about to where the provider has its payment; one that was heard before, or about no order of
 * ours, changes nothing. Throws `PaymentUnanswered`; the provider then tells it again.
 */
export async function hearNotice(deps: HearDeps, notice: Notice): Promise<void> {
  const { notices, sales, payments, observer } = deps;
  if (await notices.has(notice.id)) return;
  const { payment, dispute } = notice;
  const known = payment && (await sales.get(payment.key));
  if (known) {
    if (await payments.giveBackStray(payment)) observer.paymentGivenBack('stray');
    await carryOn(deps, known, payments.find);
  }
  if (dispute) {
    // Stripe tells of one dispute by several events.
    const isNews = await sales.recordDispute(dispute.key, dispute.isOpen);
    if (isNews && dispute.isOpen) observer.paymentDisputed();
  }
  if (notice.isRefundFailure) observer.refundFailed();
  await notices.record(notice);
}
