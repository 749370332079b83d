import type { Author } from '../../../../shared/audit/audit-log.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import { performerInUse, performerNotFound } from './errors.ts';
import type { Performer } from './performer.ts';

/** Deletes a performer. Throws `performer_not_found`, also for another organiser's, and `performer_in_use` while events have it. */
export async function deletePerformer(
  { performers }: Pick<Ports, 'performers'>,
  { author, uuid }: { author: Author; uuid: string },
): Promise<void> {
  const check = (performer: Performer | undefined) =>
    void organised(author.actor, performer, 'manage', performerNotFound);
  const end = await performers.remove(uuid, check, author);
  if (end !== 'removed') throw performerInUse(end.usedBy);
}
