/**
 * Port: tells live views that the seats of an event have changed. A message carries no statuses, only the event to read
 * again, so it can be late, doubled or merged with others without showing a wrong status.
 */
export type SeatFeed = {
  /** Tells every process soon. Never throws or blocks; messages about one event may be merged. */
  publish(eventUuid: string): void;

  /**
   * Calls `onChange` for every published event, by this process too. After the feed was out of reach, when messages may
   * have been missed, it calls `onGap`: read everything again. Resolves once listening, to a function that ends it.
   */
  subscribe(listener: { onChange(eventUuid: string): void; onGap(): void }): Promise<() => Promise<void>>;

  /** Sends the waiting messages and ends. */
  close(): Promise<void>;
};
