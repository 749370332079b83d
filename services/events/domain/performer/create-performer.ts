import type { Author } from '../../../../shared/audit/audit-log.ts';
import { actingFor } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import type { Performer, PerformerInput } from './performer.ts';

/** Makes a performer of the actor's organiser. Throws `forbidden` for a buyer, and for a key without `manage`. */
export async function createPerformer(
  { performers }: Pick<Ports, 'performers'>,
  { author, uuid, input }: { author: Author; uuid: string; input: PerformerInput },
): Promise<Performer> {
  return performers.create({ uuid, organiserUuid: actingFor(author.actor, 'manage'), input }, author);
}
