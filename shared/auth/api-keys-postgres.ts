import type { Db } from '../db/client.ts';
import type { ApiKey, ApiKeys } from './api-keys.ts';

/** API keys in PostgreSQL. */
export function postgresApiKeys({ sql, run }: Pick<Db, 'sql' | 'run'>): ApiKeys {
  return {
    find: (hash) =>
      run(async () => {
        const [key] = await sql<ApiKey[]>`
          select k.uuid, o.uuid as "organiserUuid", k.scopes
          from api_keys k left join organisers o on o.id = k.organiser_id
          where k.hash = ${hash} and k.revoked_at is null`;
        return key;
      }),

    noteUse: (keyUuid) =>
      run(async () => {
        await sql`
          update api_keys set last_used_at = now()
          where uuid = ${keyUuid} and (last_used_at is null or last_used_at < now() - interval '1 minute')`;
      }),
  };
}
