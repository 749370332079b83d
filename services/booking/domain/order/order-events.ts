/**
 * Port: the events of orders, which rows of the release before do not tell. It keeps how far it has come. Throws
 * `unavailable`.
 */
export type OrderEvents = {
  /** Fills some of the rows; returns whether there may be more at once, or that `finish` was called. */
  fillSome(): Promise<'more' | 'caught up' | 'finished'>;

  /** Notes that there will be no more such rows. */
  finish(): Promise<void>;
};
