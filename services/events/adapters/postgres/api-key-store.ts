import { writeAudit } from '../../../../shared/audit/audit-log.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { ApiKeyStore, KnownApiKey } from '../../domain/api-key/api-key.ts';
import { instant, isAfter, isOf, knownPage, organiserIdOf } from './fragments.ts';

const table = 'api_keys';

/** API keys in PostgreSQL, as those see them who make them; requests find them by `postgresApiKeys`. */
export function postgresApiKeyStore({ sql, run }: Db): ApiKeyStore {
  const rows = (on: Db['sql'], condition: Fragment) => on<KnownApiKey[]>`
    select k.uuid, o.uuid as "organiserUuid", k.name, k.start, k.scopes, ${instant(on, on`k.created_at`)} as "createdAt",
      ${instant(on, on`k.last_used_at`)} as "lastUsedAt", ${instant(on, on`k.revoked_at`)} as "revokedAt"
    from api_keys k left join organisers o on o.id = k.organiser_id
    where ${condition}`;

  return {
    create: ({ organiserUuid, name, scopes, hash, start }, author) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const organiserId = await organiserIdOf(tx, organiserUuid);
          const [made] = await tx<{ uuid: string }[]>`
            insert into api_keys (organiser_id, name, hash, start, scopes)
            values (${organiserId}, ${name}, ${hash}, ${start}, ${scopes}) returning uuid`;
          const { uuid } = made!;
          const change = { action: 'api_key.created', thing: 'api_key', thingUuid: uuid, organiserId };
          await writeAudit(tx, author, { ...change, after: { name, start, scopes } });
          const [key] = await rows(tx, tx`k.uuid = ${uuid}`);
          return key!;
        }),
      ),

    find: (uuid) => run(async () => (await rows(sql, sql`k.uuid = ${uuid}`))[0]),

    list: (page) =>
      run(async () => {
        const condition = sql`${isOf(sql, page.whose, sql`k.organiser_id`)} and ${isAfter(sql, table, page, sql`k.id`)}
          order by k.id desc limit ${page.limit}`;
        return knownPage(sql, table, page, await rows(sql, condition));
      }),

    revoke: (uuid, author) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const [revoked] = await tx<{ organiserId: number | null; name: string; start: string }[]>`
            update api_keys set revoked_at = now() where uuid = ${uuid} and revoked_at is null
            returning organiser_id as "organiserId", name, start`;
          if (!revoked) return;
          const { organiserId, ...before } = revoked;
          const change = { action: 'api_key.revoked', thing: 'api_key', thingUuid: uuid, organiserId };
          await writeAudit(tx, author, { ...change, before });
        }),
      ),
  };
}
