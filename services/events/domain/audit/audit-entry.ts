import type { Whose } from '../page.ts';

/** A change by an organiser, as the audit log has it. */
export type AuditEntry = {
  /** RFC 3339, UTC, to the microsecond. */
  at: string;
  /** The organiser of the thing; null: the platform. */
  organiserUuid: string | null;
  actor: { is: string; uuid: string | null };
  /** The address from which it was asked, if it is known. */
  address: string | null;
  action: string;
  thing: { is: string; uuid: string };
  /** The members that have changed, as they were and as they are. */
  before: object | null;
  after: object | null;
};

/** The filter of a list; instants are RFC 3339, `from` included and `to` not. */
export type AuditFilter = {
  thing?: string | undefined;
  thingUuid?: string | undefined;
  actorUuid?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
};

/** Port: reads the audit log. Throws `unavailable`. */
export type AuditLog = {
  /** Returns entries with their positions, the newest first, before a position in that order. */
  list(
    request: AuditFilter & { whose: Whose; before?: number | undefined; limit: number },
  ): Promise<{ entry: AuditEntry; position: number }[]>;
};
