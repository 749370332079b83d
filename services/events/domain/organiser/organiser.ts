import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { PageRequest } from '../page.ts';

/** Those who sell here. The platform itself is none. */
export type Organiser = {
  uuid: string;
  name: string;
  /** RFC 3339, UTC. */
  createdAt: string;
};

/** Port: the organisers in the database. Throws `unavailable`. */
export type Organisers = {
  /** Makes an organiser, and notes it in the audit log; returns the one that has this uuid already, unchanged. */
  create(organiser: { uuid: string; name: string }, author: Author): Promise<Organiser>;
  find(uuid: string): Promise<Organiser | undefined>;
  /** Returns organisers, the newest first; undefined after an unknown one. */
  list(page: PageRequest): Promise<Organiser[] | undefined>;
};
