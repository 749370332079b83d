import type { Actor } from '../../../../shared/auth/actor.ts';
import { mustAdminister } from '../../../../shared/auth/rights.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import { type Page, type PageRequest, pageOf } from '../page.ts';
import type { Ports } from '../ports.ts';
import type { Organiser } from './organiser.ts';

/** Returns the organisers, the newest first. Throws `forbidden` unless the actor is an administrator. */
export async function listOrganisers(
  { organisers }: Pick<Ports, 'organisers'>,
  { actor, after, limit }: PageRequest & { actor: Actor },
): Promise<Page<Organiser>> {
  mustAdminister(actor);
  const found = await organisers.list({ after, limit: limit + 1 });
  if (!found) throw unknownCursor();
  return pageOf(found, limit, ({ uuid }) => uuid);
}
