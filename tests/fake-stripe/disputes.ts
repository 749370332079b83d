import { type Books, chargeOf, type Dispute, type Intent, newId } from './books.ts';
import { Failure, missing } from './failure.ts';

/** An inquiry: the payment can still be refunded, and nothing is withdrawn. */
const isInquiry = ({ status }: Dispute): boolean => status.startsWith('warning_');

/** Returns whether a charge can't be refunded, as it is disputed. */
export const isBlocked = (books: Books, intent: Intent): boolean =>
  [...books.disputes.values()].some((one) => one.payment_intent === intent.id && !one.is_charge_refundable);

/** Opens a dispute of a payment, or an inquiry. */
export function openDispute(books: Books, intent: Intent, status: Dispute['status'] = 'needs_response'): Dispute {
  const charge = chargeOf(intent);
  const dispute: Dispute = {
    id: newId('dp'),
    object: 'dispute',
    amount: charge.amount_captured,
    charge: charge.id,
    created: books.now(),
    currency: charge.currency,
    is_charge_refundable: status.startsWith('warning_'),
    livemode: false,
    metadata: {},
    payment_intent: intent.id,
    reason: 'fraudulent',
    status,
  };
  books.disputes.set(dispute.id, dispute);
  charge.disputed = true;
  books.emit('charge.dispute.created', dispute);
  if (!isInquiry(dispute)) books.emit('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

/** Closes the latest open dispute of a payment. */
export function closeDispute(books: Books, intent: Intent, as: 'won' | 'lost'): void {
  const open = [...books.disputes.values()].findLast(
    ({ payment_intent, status }) => payment_intent === intent.id && !['won', 'lost', 'warning_closed'].includes(status),
  );
  if (!open) throw missing('dispute', intent.id, 'payment_intent', 404);
  if (isInquiry(open)) {
    if (as === 'lost')
      throw new Failure(400, { type: 'invalid_request_error', message: 'An inquiry can only be closed' });
    open.status = 'warning_closed';
  } else Object.assign(open, { status: as, is_charge_refundable: as === 'won' });
  books.emit('charge.dispute.closed', open);
  if (open.status === 'won') books.emit('charge.dispute.funds_reinstated', open);
}
