import type { Author } from '../../../../shared/audit/audit-log.ts';
import { mustAdminister } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import type { Organiser } from './organiser.ts';

/** Makes an organiser. Throws `forbidden` unless the actor is an administrator. */
export async function createOrganiser(
  { organisers }: Pick<Ports, 'organisers'>,
  { author, uuid, name }: { author: Author; uuid: string; name: string },
): Promise<Organiser> {
  mustAdminister(author.actor);
  return organisers.create({ uuid, name }, author);
}
