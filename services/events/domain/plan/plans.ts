import type { Author } from '../../../../shared/audit/audit-log.ts';

/** A plan without its content. `isUsed`: an event sells by it. */
export type PlanSummary = {
  uuid: string;
  name: string;
  hash: string;
  places: number;
  isUsed: boolean;
  /** RFC 3339, UTC. */
  createdAt: string;
};

/** A plan of a venue. `organiserUuid` is that of the venue. */
export type VenuePlan = PlanSummary & { venueUuid: string; organiserUuid: string | null };

/** `content` is the plan as JSON. */
export type NewPlan = { venueUuid: string; name: string; hash: string; places: number; content: string };

/** The plan by which an event sells; `hash` null: none. */
export type EventPlan = { isDraft: boolean; organiserUuid: string | null; hash: string | null };

/** Port: the seating plans of venues. A plan is never changed. Throws `unavailable`. */
export type Plans = {
  /** Returns the organiser of a venue (null: the platform); undefined when there is no such venue. */
  venueOrganiser(venueUuid: string): Promise<string | null | undefined>;
  /**
   * Adds a plan to a venue, and notes it in the audit log; returns the plan that has the same content, if the venue has
   * one; undefined when the venue has gone.
   */
  add(author: Author, plan: NewPlan): Promise<{ plan: PlanSummary; isNew: boolean } | undefined>;
  /** Returns a venue's plans, the newest first, those after the plan `after`. */
  ofVenue(venueUuid: string, page: { after?: string | undefined; limit: number }): Promise<PlanSummary[]>;
  find(planUuid: string): Promise<VenuePlan | undefined>;
  /** Returns the content of a plan, as JSON; undefined when there is no such plan. */
  content(planUuid: string): Promise<string | undefined>;
  /** Deletes a plan that no event sells by, and notes it in the audit log; returns false for one that is used. */
  remove(author: Author, planUuid: string): Promise<boolean>;
  /** Returns the plan of an event; undefined when there is no such event. */
  ofEvent(eventUuid: string): Promise<EventPlan | undefined>;
  /** Returns the content, as JSON, of the plan with this hash among those of the event's venue. */
  byHash(eventUuid: string, hash: string): Promise<string | undefined>;
};
