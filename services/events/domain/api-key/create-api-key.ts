import type { Author } from '../../../../shared/audit/audit-log.ts';
import { organises, type Scope } from '../../../../shared/auth/actor.ts';
import { newApiKey } from '../../../../shared/auth/api-keys.ts';
import { actingFor } from '../../../../shared/auth/rights.ts';
import { organiserNotFound } from '../organiser/errors.ts';
import type { Ports } from '../ports.ts';
import type { KnownApiKey } from './api-key.ts';
import { mustHaveScopes } from './errors.ts';

export type ApiKeyRequest = {
  author: Author;
  name: string;
  scopes: Scope[];
  /** The organiser, if not the actor's own. */
  organiserUuid?: string | undefined;
};

/**
 * Makes an API key, and returns it together with the key itself, which can't be read again. Throws `forbidden` for a
 * buyer, and for a key that lacks `manage` or a right that it would give; `organiser_not_found` for another's organiser.
 */
export async function createApiKey(
  { apiKeys, organisers }: Pick<Ports, 'apiKeys' | 'organisers'>,
  { author, name, scopes, organiserUuid: asked }: ApiKeyRequest,
): Promise<KnownApiKey & { key: string }> {
  const { actor } = author;
  const own = actingFor(actor, 'manage');
  const organiserUuid = asked ?? own;
  if (!organises(actor, organiserUuid, 'manage')) throw organiserNotFound();
  if (organiserUuid !== null && organiserUuid !== own && !(await organisers.find(organiserUuid))) {
    throw organiserNotFound();
  }
  mustHaveScopes(actor, scopes);
  const { key, hash, start } = newApiKey();
  return { ...(await apiKeys.create({ organiserUuid, name, scopes, hash, start }, author)), key };
}
