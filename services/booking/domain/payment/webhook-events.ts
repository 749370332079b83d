/**
 * An event of the payment provider's webhook. Only the payment that it names is used, and that payment's state is
 * fetched anew, so that events may come in any order, twice, or late.
 */
export type WebhookEvent = {
  id: string;
  type: string;
  /** The order's uuid, and the provider's name for the payment; absent when it is about something else. */
  payment?: { key: string; reference: string };
  /** A refund has not arrived, which needs a person's attention. */
  isRefundFailure: boolean;
  /** The uuid of the order of which a refund has failed, or was cancelled; absent if it is of no order. */
  failedRefundOf?: string;
  /** The buyer has disputed a payment; or (not `isOpen`) the seller has won, or it was only an inquiry. */
  dispute?: { key: string; isOpen: boolean };
};

/** Port: the handled events. Throws `unavailable`. */
export type WebhookEvents = {
  has(id: string): Promise<boolean>;
  record(event: Pick<WebhookEvent, 'id' | 'type'>): Promise<void>;
  /** Deletes some that are older; returns how many. */
  purge(keptMs: number): Promise<number>;
};
