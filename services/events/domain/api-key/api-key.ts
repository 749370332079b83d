import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Scope } from '../../../../shared/auth/actor.ts';
import type { PageRequest, Whose } from '../page.ts';

/** An API key as a person may see it: without the key. Instants are RFC 3339, UTC. */
export type KnownApiKey = {
  uuid: string;
  /** Null: the platform's. */
  organiserUuid: string | null;
  name: string;
  /** The first characters of the key. */
  start: string;
  scopes: Scope[];
  createdAt: string;
  /** To the minute. */
  lastUsedAt: string | null;
  revokedAt: string | null;
};

export type NewApiKey = Pick<KnownApiKey, 'organiserUuid' | 'name' | 'start' | 'scopes'> & { hash: string };

/** Port: the API keys of organisers. Each change is noted in the audit log. Throws `unavailable`. */
export type ApiKeyStore = {
  /** Makes a key, of which only the hash is kept. Throws `forbidden` for an organiser that is not known. */
  create(key: NewApiKey, author: Author): Promise<KnownApiKey>;
  find(uuid: string): Promise<KnownApiKey | undefined>;
  /** Returns keys, the newest first, also those revoked; undefined after an unknown one. */
  list(page: PageRequest & { whose: Whose }): Promise<KnownApiKey[] | undefined>;
  /** Revokes a key for good; one that is revoked stays as it is. */
  revoke(uuid: string, author: Author): Promise<void>;
};
