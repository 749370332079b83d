import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { EarlierRefund, ProviderName } from '../payment/payment-provider.ts';
import type { Lease } from '../payment/unfinished-payments.ts';
import type { Rate } from '../reservation/reservation.ts';

/**
 * The money for tickets that were given back. `amount` is in minor units of `currency`. `disputed`: the buyer has
 * disputed the payment, and gets nothing more. `failed`: the provider had made it, and the money came back later.
 */
export type Refund = {
  uuid: string;
  orderUuid: string;
  status: RefundStatus;
  tickets: { uuid: string; eventUuid: string; seat: string; price: number; rate: Rate | null }[];
  amount: number;
  currency: string;
  /** RFC 3339, UTC. */
  createdAt: string;
};

export type RefundStatus = 'pending' | 'succeeded' | 'disputed' | 'failed';

/** A refund with the earlier ones of its order, which its payment needs. */
export type OpenRefund = Refund & { earlier: EarlierRefund[] };

/** A refund that has succeeded; `version` is another one after each change of it. */
export type MadeRefund = Pick<OpenRefund, 'uuid' | 'orderUuid' | 'amount' | 'earlier'> & { version: string };

/** The reason why tickets can't be given back: nothing is written then. */
export type RefundRefusal = 'not paid' | 'not owned' | 'window over' | 'event begun' | 'other provider';

/** Port: refunds in the database. Each operation is one transaction. Throws `unavailable`. */
export type Refunds = {
  /**
   * Takes tickets (all that the order still owns, unless they are named) back from a paid order: they are available
   * from then on, and the money owed for them is a pending refund. An order that owns nothing any more is `refunded`.
   * An existing refund with this uuid is returned unchanged. With a `windowMs`, as for a buyer, the purchase may not be
   * older, and the event may not have begun, unless it is cancelled, or lets each buyer give back until later
   * (`refund_until`); by the database's clock. `cause` is for the history of the order; an `author` who is
   * not its buyer is noted in the audit log.
   *
   * For an `author` a failed refund is pending again, and returned, if all tickets that are named are of it; without
   * names the oldest, if the order owns nothing any more.
   */
  open(request: {
    uuid: string;
    orderUuid: string;
    ticketUuids?: string[] | undefined;
    windowMs?: number | undefined;
    provider: ProviderName;
    cause?: string;
    author?: Author | undefined;
  }): Promise<OpenRefund | RefundRefusal>;

  /** Notes how a pending refund has ended; returns false when that was noted before. */
  finish(uuid: string, status: 'succeeded' | 'disputed'): Promise<boolean>;

  /**
   * Notes why the provider refused a pending refund. Nobody leases it for a while: a first pause, twice as long after
   * each further refusal, up to an hour; less up to a quarter of it, by chance.
   */
  noteRefusal(uuid: string, reason: string): Promise<void>;

  /** Returns the refunds of an order that have succeeded and moved money, by this provider. */
  made(orderUuid: string, provider: ProviderName): Promise<MadeRefund[]>;

  /** Notes that the money of a refund came back; returns false when the refund was changed since it was read. */
  fail(refund: Pick<MadeRefund, 'uuid' | 'version'>, reason: string): Promise<boolean>;

  /**
   * Leases refunds of a provider that have been pending for at least `ageMs`: until `leaseMs` are over no other call
   * gets them.
   */
  leasePending(request: Lease & { ageMs: number }): Promise<OpenRefund[]>;
};
