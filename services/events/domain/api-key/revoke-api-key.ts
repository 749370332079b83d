import type { Author } from '../../../../shared/audit/audit-log.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import { apiKeyNotFound, mustHaveScopes } from './errors.ts';

/**
 * Revokes an API key: it ends within a second. Throws `api_key_not_found`, also for another organiser's, and `forbidden`
 * for a key that lacks a right of the one to be revoked.
 */
export async function revokeApiKey(
  { apiKeys }: Pick<Ports, 'apiKeys'>,
  { author, uuid }: { author: Author; uuid: string },
): Promise<void> {
  const { scopes } = organised(author.actor, await apiKeys.find(uuid), 'manage', apiKeyNotFound);
  mustHaveScopes(author.actor, scopes);
  await apiKeys.revoke(uuid, author);
}
