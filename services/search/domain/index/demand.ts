/** Events whose demand may have changed; `done` is called once the index has them. */
export type DemandLook = { eventIds: number[]; done(): Promise<void> };

/**
 * Port: what moves in an event by its sale: seats left, the lowest free price, popularity. Sales are not followed one by
 * one: a look tells the events of all that were made since the last.
 */
export type Demand = {
  /**
   * Returns the upcoming events whose tickets were written since the look before, of whichever process, was done; at the
   * first look all that have tickets. Undefined while another process does it, which it does for `leaseMs` after its
   * last look. Throws `unavailable` while the server is away.
   */
  look(leaseMs: number): Promise<DemandLook | undefined>;
  /**
   * Returns the upcoming events that have sold in the last month: all that an index may hold as popular, whoever wrote
   * it, and wherever it has fallen behind less than three weeks. Throws `unavailable` while the server is away.
   */
  soldLately(): Promise<number[]>;
};
