import { writeAudit } from '../../../../shared/audit/audit-log.ts';
import { changesOf } from '../../../../shared/audit/changes.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { Performer, Performers } from '../../domain/performer/performer.ts';
import { instant, isAfter, isOf, knownPage, organiserIdOf, versionOf } from './fragments.ts';

/** Performers in PostgreSQL. */
export function postgresPerformers({ sql, run }: Db): Performers {
  const rows = (on: Db['sql'], condition: Fragment) => on<Performer[]>`
    select p.uuid, o.uuid as "organiserUuid", p.name, p.age::float8 as age, p.description,
      ${instant(on, on`p.created_at`)} as "createdAt", ${instant(on, on`p.updated_at`)} as "updatedAt",
      ${versionOf(on, on`p`)} as version
    from performers p left join organisers o on o.id = p.organiser_id
    where ${condition}`;

  const find = async (on: Db['sql'], uuid: string) => (await rows(on, on`p.uuid = ${uuid}`))[0];

  return {
    find: (uuid) => run(() => find(sql, uuid)),

    list: (page) =>
      run(async () => {
        const condition = sql`${isOf(sql, page.whose, sql`p.organiser_id`)} and ${isAfter(sql, 'performers', page, sql`p.id`)}
          order by p.id desc limit ${page.limit}`;
        return knownPage(sql, 'performers', page, await rows(sql, condition));
      }),

    create: ({ uuid, organiserUuid, input }, author) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const organiserId = await organiserIdOf(tx, organiserUuid);
          const [made] = await tx`
            insert into performers (uuid, organiser_id, name, age, description)
            values (${uuid}, ${organiserId}, ${input.name}, ${input.age ?? null}, ${input.description ?? null})
            on conflict (uuid) do nothing returning id`;
          const performer = (await find(tx, uuid))!;
          if (made)
            await writeAudit(tx, author, { ...changed('created', uuid, organiserId), after: toldOf(performer) });
          return performer;
        }),
      ),

    change: (uuid, change, author) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          const [row] = await tx<{ organiserId: number | null }[]>`
            select organiser_id as "organiserId" from performers where uuid = ${uuid} for no key update`;
          const was = row && (await find(tx, uuid));
          const { name, age = null, description = null } = change(was);
          await tx`update performers set name = ${name}, age = ${age}, description = ${description} where uuid = ${uuid}`;
          const performer = (await find(tx, uuid))!;
          const changes = changesOf(toldOf(was!), toldOf(performer));
          if (changes) await writeAudit(tx, author, { ...changed('changed', uuid, row!.organiserId), ...changes });
          return performer;
        }),
      ),

    remove: (uuid, check, author) =>
      run(() =>
        inTransaction(sql, async (tx) => {
          // No line-up can take it meanwhile: its foreign key would lock the row, too.
          const [row] = await tx<{ id: number; organiserId: number | null }[]>`
            select id, organiser_id as "organiserId" from performers where uuid = ${uuid} for update`;
          const performer = row && (await find(tx, uuid));
          check(performer);
          const { id, organiserId } = row!;
          const [used] = await tx<{ isUsed: boolean; events: string[] }[]>`
            select count(*) > 0 as "isUsed", coalesce((array_agg(e.uuid order by e.id) filter (
              where e.status <> 'draft' or e.organiser_id is not distinct from ${organiserId}))[1:10], '{}') as events
            from event_performers ep join events e on e.id = ep.event_id
            where ep.performer_id = ${id}`;
          if (used!.isUsed) return { usedBy: used!.events };
          await tx`delete from performers where id = ${id}`;
          await writeAudit(tx, author, { ...changed('deleted', uuid, organiserId), before: toldOf(performer!) });
          return 'removed';
        }),
      ),
  };
}

const changed = (what: string, thingUuid: string, organiserId: number | null) => ({
  action: `performer.${what}`,
  thing: 'performer',
  thingUuid,
  organiserId,
});

/** A performer as the audit log tells of it. */
const toldOf = ({ name, age, description }: Performer) => ({ name, age, description });
