import type { Author } from '../../../../shared/audit/audit-log.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import { performerNotFound } from './errors.ts';
import type { Performer, PerformerInput } from './performer.ts';

export type PerformerChange = {
  author: Author;
  uuid: string;
  /** Throws unless the change is meant for this version. */
  checkVersion: (version: string) => void;
  change: (performer: Performer) => PerformerInput;
};

/** Changes a performer. Throws `performer_not_found`, also for another organiser's, and what the two functions throw. */
export async function changePerformer(
  { performers }: Pick<Ports, 'performers'>,
  { author, uuid, checkVersion, change }: PerformerChange,
): Promise<Performer> {
  const decide = (found: Performer | undefined) => {
    const performer = organised(author.actor, found, 'manage', performerNotFound);
    checkVersion(performer.version);
    return change(performer);
  };
  return performers.change(uuid, decide, author);
}
