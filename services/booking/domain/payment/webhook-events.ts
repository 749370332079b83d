/**
 * An event that the payment provider tells by a webhook. Of its content nothing is believed but which payment it is about: that
 * is asked for anew, so that events may come in any order, twice, or late.
 */
export type WebhookEvent = {
  id: string;
  type: string;
  /** The order's uuid, and the provider's name for the payment; absent when it is about something else. */
  payment?: { key: string; reference: string };
  /** Money that was on its way back has not arrived, and a person must see to it. */
  isRefundFailure: boolean;
  /** The buyer has had their bank take a payment back; or (not `isOpen`) the seller has won, or nothing was taken. */
  dispute?: { key: string; isOpen: boolean };
};

/** Port: which events have been handled. Throws `unavailable`. */
export type WebhookEvents = {
  has(id: string): Promise<boolean>;
  record(event: Pick<WebhookEvent, 'id' | 'type'>): Promise<void>;
  /** Deletes some that are older; returns how many. */
  purge(keptMs: number): Promise<number>;
};
