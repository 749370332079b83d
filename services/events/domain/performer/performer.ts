import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { PageRequest, Whose } from '../page.ts';

/** A performer as their organiser makes it. */
export type PerformerInput = {
  name: string;
  /** In years; left out where it is not known, or has no meaning, such as an orchestra's. */
  age?: number | undefined;
  description?: string | undefined;
};

/** A performer as the database has it. */
export type Performer = {
  uuid: string;
  /** Null: the platform's. */
  organiserUuid: string | null;
  name: string;
  age: number | null;
  description: string | null;
  /** RFC 3339, UTC. */
  createdAt: string;
  updatedAt: string;
  /** Differs after each change. */
  version: string;
};

/** Port: the performers in the database; its promises are those of `Venues`. */
export type Performers = {
  find(uuid: string): Promise<Performer | undefined>;
  list(page: PageRequest & { whose: Whose }): Promise<Performer[] | undefined>;
  create(
    performer: { uuid: string; organiserUuid: string | null; input: PerformerInput },
    author: Author,
  ): Promise<Performer>;
  change(
    uuid: string,
    change: (performer: Performer | undefined) => PerformerInput,
    author: Author,
  ): Promise<Performer>;
  remove(
    uuid: string,
    check: (performer: Performer | undefined) => void,
    author: Author,
  ): Promise<'removed' | { usedBy: string[] }>;
};
