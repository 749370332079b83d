import { writeAudit } from '../../../../shared/audit/audit-log.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { Organiser, Organisers } from '../../domain/organiser/organiser.ts';
import { instant, isAfter, knownPage } from './fragments.ts';

/** Organisers in PostgreSQL. */
export function postgresOrganisers({ sql, run }: Db): Organisers {
  const rows = (on: Db['sql'], condition: Fragment) => on<Organiser[]>`
    select o.uuid, o.name, ${instant(on, on`o.created_at`)} as "createdAt" from organisers o where ${condition}`;

  return {
    create: ({ uuid, name }, author) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const [made] = await tx<{ id: number }[]>`
            insert into organisers (uuid, name) values (${uuid}, ${name}) on conflict (uuid) do nothing returning id`;
          if (made) {
            const change = { action: 'organiser.created', thing: 'organiser', thingUuid: uuid, organiserId: made.id };
            await writeAudit(tx, author, { ...change, after: { name } });
          }
          const [organiser] = await rows(tx, tx`o.uuid = ${uuid}`);
          return organiser!;
        }),
      ),

    find: (uuid) => run(async () => (await rows(sql, sql`o.uuid = ${uuid}`))[0]),

    list: ({ after, limit }) =>
      run(async () => {
        const page = { after, limit, whose: 'everybody' as const };
        const condition = sql`${isAfter(sql, 'organisers', page, sql`o.id`)} order by o.id desc limit ${limit}`;
        return knownPage(sql, 'organisers', page, await rows(sql, condition));
      }),
  };
}
