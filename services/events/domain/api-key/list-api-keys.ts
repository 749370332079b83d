import type { Actor } from '../../../../shared/auth/actor.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import { type Asked, whoseOf } from '../organiser/whose.ts';
import { type Page, type PageRequest, pageOf } from '../page.ts';
import type { Ports } from '../ports.ts';
import type { KnownApiKey } from './api-key.ts';

/** Returns the API keys of an organiser, the newest first. Throws as `whoseOf`. */
export async function listApiKeys(
  { apiKeys }: Pick<Ports, 'apiKeys'>,
  { actor, organiser, after, limit }: PageRequest & { actor: Actor; organiser?: Asked },
): Promise<Page<KnownApiKey>> {
  const whose = whoseOf(actor, organiser, 'manage', 'own');
  const found = await apiKeys.list({ whose, after, limit: limit + 1 });
  if (!found) throw unknownCursor();
  return pageOf(found, limit, ({ uuid }) => uuid);
}
