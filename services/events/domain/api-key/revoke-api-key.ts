import type { Author } from '../../../../shared/audit/audit-log.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import { apiKeyNotFound } from './errors.ts';

/** Revokes an API key: it ends within a second. Throws `api_key_not_found`, also for another organiser's. */
export async function revokeApiKey(
  { apiKeys }: Pick<Ports, 'apiKeys'>,
  { author, uuid }: { author: Author; uuid: string },
): Promise<void> {
  organised(author.actor, await apiKeys.find(uuid), 'manage', apiKeyNotFound);
  await apiKeys.revoke(uuid, author);
}
