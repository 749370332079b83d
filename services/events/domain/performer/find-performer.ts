import type { Actor } from '../../../../shared/auth/actor.ts';
import { actingFor, organised } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import { performerNotFound } from './errors.ts';
import type { Performer } from './performer.ts';

/**
 * Returns a performer of the actor's organiser, or of the platform, whose performers are everybody's to use. Throws
 * `performer_not_found`, and `forbidden` for a buyer, and for a key without `read`.
 */
export async function findPerformer(
  { performers }: Pick<Ports, 'performers'>,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<Performer> {
  actingFor(actor, 'read');
  const performer = await performers.find(uuid);
  return performer?.organiserUuid === null ? performer : organised(actor, performer, 'read', performerNotFound);
}
