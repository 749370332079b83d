import { type Books, type Dispute, type Event, type Intent, intentOf, type Refund } from './books.ts';
import { approve, reject } from './confirm.ts';
import { closeDispute, openDispute } from './disputes.ts';
import type { Fault } from './faults.ts';
import { cancelIntent, captureIntent, expireHolds } from './intents.ts';
import { failRefund, refundByHand, settleRefund } from './refunds.ts';

export type Handle = ReturnType<typeof handleOf>;

/** What a test looks at, and brings about, besides what is asked over the API. */
export function handleOf(books: Books, faults: Fault[]) {
  /** Something that happens by itself, and not because of a request. */
  const happens = <T>(work: () => T): T => {
    expireHolds(books);
    return structuredClone(work());
  };

  return {
    /** What comes next to go wrong; see `Fault`. */
    faults,
    /** All intents, the oldest first, each with its charge. */
    intents: (): Intent[] => happens(() => [...books.intents.values()]),
    events: (): Event[] => happens(() => books.events),
    /** The card's holder consents to a payment that is `requires_action`, or does not. */
    approve: (intentId: string): void => happens(() => approve(books, intentOf(books, intentId))),
    reject: (intentId: string): void => happens(() => reject(books, intentOf(books, intentId))),
    failRefund: (refundId: string): void => happens(() => failRefund(books, refundId)),
    settleRefund: (refundId: string): void => happens(() => settleRefund(books, refundId)),
    /** What a person does in the dashboard; of all that there is, unless an amount is told. */
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
    /** The buyer has their bank take a payment back; with a `warning_…` status it only asks. */
    openDispute: (intentId: string, status?: Dispute['status']): Dispute =>
      happens(() => openDispute(books, intentOf(books, intentId), status)),
    /** The bank decides: `won` is the seller's. */
    closeDispute: (intentId: string, as: 'won' | 'lost'): void =>
      happens(() => closeDispute(books, intentOf(books, intentId), as)),
  };
}
