/**
 * Port: tells live views that the seats of an event are no longer as they were. A message carries no statuses, only the
 * event to look at again, so it can be late, doubled or merged with others and nothing wrong is ever shown.
 */
export type SeatFeed = {
  /** Tells every process soon. Never throws and keeps no one waiting; messages about one event may be merged. */
  publish(eventUuid: string): void;

  /**
   * Calls `onChange` for every event told of, by this process too. After the feed was out of reach, when messages may
   * have been missed, it calls `onGap`: look at everything again. Resolves once listening; the answer ends it.
   */
  subscribe(listener: { onChange(eventUuid: string): void; onGap(): void }): Promise<() => Promise<void>>;

  /** Sends what is still waiting and ends. */
  close(): Promise<void>;
};
