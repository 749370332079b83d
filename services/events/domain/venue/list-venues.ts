import type { Actor } from '../../../../shared/auth/actor.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import { type Asked, whoseOf } from '../organiser/whose.ts';
import { type Page, type PageRequest, pageOf } from '../page.ts';
import type { Ports } from '../ports.ts';
import type { Venue } from './venue.ts';

/** Returns the venues of an organiser, or of the platform, the newest first. Throws as `whoseOf`. */
export async function listVenues(
  { venues }: Pick<Ports, 'venues'>,
  { actor, organiser, after, limit }: PageRequest & { actor: Actor; organiser?: Asked },
): Promise<Page<Venue>> {
  const whose = whoseOf(actor, organiser, 'read', 'shared');
  const found = await venues.list({ whose, after, limit: limit + 1 });
  if (!found) throw unknownCursor();
  return pageOf(found, limit, ({ uuid }) => uuid);
}
