import { createHash } from 'node:crypto';
import { type Author, writeAudit } from '../../../../shared/audit/audit-log.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { isInUse } from '../../../../shared/db/code-uses.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import type { AccessCode, GeneralSale, Presale, PresaleInput, Presales } from '../../domain/presale/presales.ts';

import { instant } from './fragments.ts';

type Sql = Db['sql'];
type Row = GeneralSale & { id: number; organiserId: number | null; presale: Omit<Presale, 'version'> };

/** How long a hold counts as a use, for showing: booking's usual time. It decides itself, by its own. */
const holdMs = 15 * 60_000;

/** Presales and their codes in PostgreSQL. */
export function postgresPresales({ sql, run }: Db): Presales {
  const write = <T>(work: (tx: Sql) => Promise<T>) => run(() => inTransaction(sql, work));

  async function find(on: Sql, condition: Fragment): Promise<Row | undefined> {
    const [row] = await select(on, condition);
    return row;
  }

  const uses = (on: Sql) => on`(
    select count(*)::int from reservations r where r.access_code_id = c.id and ${isInUse(on, holdMs)})`;

  const codes = (on: Sql, condition: Fragment) => on<AccessCode[]>`
    select c.uuid, c.code, c.max_uses as "maxUses", ${uses(on)} as uses,
      ${instant(on, on`c.withdrawn_at`)} as "withdrawnAt", ${instant(on, on`c.created_at`)} as "createdAt"
    from access_codes c where ${condition}`;

  return {
    organiserOfEvent: (eventUuid) =>
      run(async () => {
        const [row] = await sql<{ organiserUuid: string | null }[]>`
          select o.uuid as "organiserUuid" from events e left join organisers o on o.id = e.organiser_id
          where e.uuid = ${eventUuid}`;
        return row;
      }),

    create: (author, eventUuid, { uuid, name, startsAt, endsAt }, check) =>
      write(async (tx) => {
        // A draft may be about to be deleted, and the window of the general sale to be changed.
        const [event] = await tx<({ id: number } & GeneralSale)[]>`
          select e.id::float8 as id, ${general(tx)} from events e
          where e.uuid = ${eventUuid} for no key update`;
        if (!event) return undefined;
        const before = await find(tx, tx`p.uuid = ${uuid}`);
        if (before) return toPresale(before);
        check(event);
        await tx`
          insert into presales (uuid, event_id, name, starts_at, ends_at)
          values (${uuid}, ${event.id}, ${name}, ${startsAt}, ${endsAt})`;
        const row = (await find(tx, tx`p.uuid = ${uuid}`))!;
        await touchEvent(tx, row);
        await audit(tx, author, 'presale.created', row, { after: toMembers(row.presale) });
        return toPresale(row);
      }),

    find: (uuid) =>
      run(async () => {
        const row = await find(sql, sql`p.uuid = ${uuid}`);
        return row && toPresale(row);
      }),

    list: (eventUuid) =>
      run(async () =>
        (await select(sql, sql`e.uuid = ${eventUuid} order by p.starts_at, p.id`)).map((row) => toPresale(row)),
      ),

    change: (author, uuid, decide) =>
      write(async (tx) => {
        const before = await find(tx, tx`p.uuid = ${uuid} for no key update of p, e`);
        const found = before && { ...before, presale: toPresale(before) };
        const { name, startsAt, endsAt } = decide(found);
        const { presale } = before!;
        if (presale.name === name && presale.startsAt === startsAt && presale.endsAt === endsAt) {
          return toPresale(before!);
        }
        await tx`
          update presales set name = ${name}, starts_at = ${startsAt}, ends_at = ${endsAt}, updated_at = now()
          where uuid = ${uuid}`;
        const after = (await find(tx, tx`p.uuid = ${uuid}`))!;
        await touchEvent(tx, after);
        await audit(tx, author, 'presale.changed', after, {
          before: toMembers(presale),
          after: toMembers(after.presale),
        });
        return toPresale(after);
      }),

    remove: (author, uuid) =>
      write(async (tx) => {
        const row = await find(tx, tx`p.uuid = ${uuid} for update of p`);
        if (!row) return true;
        // A reservation locks its code: none is made by one of them from here on.
        await tx`select from access_codes where presale_id = ${row.id} order by id for update`;
        const [used] = await tx`
          select from reservations
          where access_code_id in (select id from access_codes where presale_id = ${row.id}) limit 1`;
        if (used) return false;
        await tx`delete from presales where id = ${row.id}`;
        await touchEvent(tx, row);
        await audit(tx, author, 'presale.deleted', row, { before: toMembers(row.presale) });
        return true;
      }),

    addCodes: (author, presaleUuid, wanted) =>
      write(async (tx) => {
        // Of two that add the same codes, the second sees those of the first.
        const row = await find(tx, tx`p.uuid = ${presaleUuid} for no key update of p`);
        if (!row) return undefined;
        const uuids = wanted.map(({ uuid }) => uuid);
        const theirs = tx`c.presale_id = ${row.id} and c.uuid = any(${uuids}) order by c.id`;
        const before = await codes(tx, theirs);
        if (before.length > 0) return { added: before };
        if (row.isCancelled) return 'cancelled';
        const texts = wanted.map(({ code }) => code);
        const taken = await tx<{ code: string }[]>`
          select code from access_codes where presale_id = ${row.id} and code = any(${texts}) order by code`;
        if (taken.length > 0) return { taken: taken.map(({ code }) => code) };
        await tx`
          insert into access_codes (uuid, presale_id, code, max_uses)
          select uuid, ${row.id}, code, max_uses from unnest(${uuids}::text[], ${texts}::text[],
            ${wanted.map(({ maxUses }) => maxUses)}::int[]) with ordinality as wanted (uuid, code, max_uses, n)
          order by n`;
        // Not the codes: they are as good as tickets.
        await audit(tx, author, 'presale.codes_added', row, {
          after: { codes: wanted.length, max_uses: wanted[0]?.maxUses ?? null },
        });
        return { added: await codes(tx, theirs) };
      }),

    listCodes: ({ presaleUuid, after, limit }) =>
      run(() => {
        const newer = after === undefined ? sql`` : sql`and c.id > (select id from access_codes where uuid = ${after})`;
        return codes(
          sql,
          sql`c.presale_id = (select id from presales where uuid = ${presaleUuid}) ${newer} order by c.id limit ${limit}`,
        );
      }),

    presaleOfCode: (codeUuid) =>
      run(async () => {
        const row = await find(sql, sql`p.id = (select presale_id from access_codes where uuid = ${codeUuid})`);
        return row && toPresale(row);
      }),

    withdraw: (author, codeUuid) =>
      write(async (tx) => {
        const [withdrawn] = await tx<{ presaleId: number; at: string }[]>`
          update access_codes c set withdrawn_at = now(), updated_at = now()
          where uuid = ${codeUuid} and withdrawn_at is null
          returning presale_id::float8 as "presaleId", ${instant(tx, tx`c.withdrawn_at`)} as at`;
        if (!withdrawn) return;
        const row = (await find(tx, tx`p.id = ${withdrawn.presaleId}`))!;
        await writeAudit(tx, author, {
          action: 'code.withdrawn',
          thing: 'code',
          thingUuid: codeUuid,
          organiserId: row.organiserId,
          after: { withdrawn_at: withdrawn.at },
        });
      }),
  };
}

const general = (on: Sql) =>
  on`${instant(on, on`e.on_sale_from`)} as "onSaleFrom", e.status = 'cancelled' as "isCancelled"`;

const select = (on: Sql, condition: Fragment) => on<Row[]>`
  select p.id::float8 as id, e.organiser_id::float8 as "organiserId",
    ${general(on)}, json_build_object(
    'uuid', p.uuid, 'eventUuid', e.uuid, 'organiserUuid', o.uuid, 'name', p.name,
    'startsAt', ${instant(on, on`p.starts_at`)}, 'endsAt', ${instant(on, on`p.ends_at`)}) as presale
  from presales p join events e on e.id = p.event_id left join organisers o on o.id = e.organiser_id
  where ${condition}`;

const toPresale = ({ presale }: Row): Presale => ({
  ...presale,
  version: createHash('sha256').update(JSON.stringify(presale)).digest('base64url').slice(0, 22),
});

/** Writes the event's row, by which its page finds out that it has changed: nobody looks at presales for each view. */
const touchEvent = (tx: Sql, { presale }: Row) =>
  tx`update events set sequence = sequence where uuid = ${presale.eventUuid}`;

/** Members by their names in the API. */
const toMembers = ({ name, startsAt, endsAt }: PresaleInput) => ({ name, starts_at: startsAt, ends_at: endsAt });

const audit = (tx: Sql, author: Author, action: string, row: Row, told: { before?: object; after?: object }) =>
  writeAudit(tx, author, {
    action,
    thing: 'presale',
    thingUuid: row.presale.uuid,
    organiserId: row.organiserId,
    ...told,
  });
