import { type Books, type Dispute, type Event, type Intent, intentOf, type Refund } from './books.ts';
import { approve, reject } from './confirm.ts';
import { closeDispute, openDispute } from './disputes.ts';
import type { Fault } from './faults.ts';
import { cancelIntent, captureIntent, expireHolds } from './intents.ts';
import { failRefund, refundByHand, settleRefund } from './refunds.ts';

export type Handle = ReturnType<typeof handleOf>;

/** A test's access to the fake, besides the API. */
export function handleOf(books: Books, faults: Fault[]) {
  /** Does something that no request causes. */
  const happens = <T>(work: () => T): T => {
    expireHolds(books);
    return structuredClone(work());
  };

  return {
    /** The queue of faults; see `Fault`. */
    faults,
    /** All intents, the oldest first, each with its charge. */
    intents: (): Intent[] => happens(() => [...books.intents.values()]),
    events: (): Event[] => happens(() => books.events),
    /** The card's holder approves a payment that is `requires_action`, or rejects it. */
    approve: (intentId: string): void => happens(() => approve(books, intentOf(books, intentId))),
    reject: (intentId: string): void => happens(() => reject(books, intentOf(books, intentId))),
    failRefund: (refundId: string, status?: 'failed' | 'canceled'): void =>
      happens(() => failRefund(books, refundId, status)),
    settleRefund: (refundId: string): void => happens(() => settleRefund(books, refundId)),
    /** Changes by hand in the dashboard; of the whole amount, unless one is given. */
    refundByHand: (intentId: string, amount?: number): Refund => happens(() => refundByHand(books, intentId, amount)),
    cancelByHand: (intentId: string): Intent => happens(() => cancelIntent(books, intentOf(books, intentId), {})),
    captureByHand: (intentId: string, amount?: number): Intent =>
      happens(() =>
        captureIntent(
          books,
          intentOf(books, intentId),
          amount === undefined ? {} : { amount_to_capture: String(amount) },
        ),
      ),
    /** The buyer disputes a payment; with a `warning_…` status it is an inquiry. */
    openDispute: (intentId: string, status?: Dispute['status']): Dispute =>
      happens(() => openDispute(books, intentOf(books, intentId), status)),
    /** The bank decides: `won` is for the seller. */
    closeDispute: (intentId: string, as: 'won' | 'lost'): void =>
      happens(() => closeDispute(books, intentOf(books, intentId), as)),
  };
}
