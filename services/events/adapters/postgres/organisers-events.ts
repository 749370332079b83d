import { createHash } from 'node:crypto';
import { type Author, writeAudit } from '../../../../shared/audit/audit-log.ts';
import type { Db, Fragment } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import { finishWithin } from '../../../../shared/idempotency/postgres.ts';
import { type Issue, invalidEvent } from '../../domain/event/errors.ts';
import { changedMembers, memberNames } from '../../domain/event/event-rules.ts';
import type {
  EventInput,
  EventSettings,
  LastPresale,
  OrganisersEvent,
  OrganisersEvents,
} from '../../domain/event/organisers-events.ts';
import { instant, isAfter, isOf, knownPage, organiserIdOf } from './fragments.ts';

type Sql = Db['sql'];
type Row = {
  id: number;
  organiserId: number | null;
  settings: EventSettings;
  venueHasTimeZone: boolean;
  hasTickets: boolean;
  hasPlan: boolean;
  offerUnderWay: string | null;
  lastPresale: LastPresale | null;
};

/** The events of organisers in PostgreSQL; `patient` is a pool for the deletion of thousands of seats. */
export function postgresOrganisersEvents(db: Db, patient: Db = db): OrganisersEvents {
  const { sql, run } = db;
  const writeBy =
    (on: Db) =>
    <T>(work: (tx: Sql) => Promise<T>) =>
      on.run(() => inTransaction(on.sql, work));
  const write = writeBy(db);

  /** Locks the event's row: a sale takes no lock on it that this waits for. */
  async function locked(tx: Sql, uuid: string): Promise<Row | undefined> {
    const [row] = await select(tx, tx`e.uuid = ${uuid} for no key update of e`);
    return row;
  }

  async function find(on: Sql, uuid: string): Promise<Row | undefined> {
    const [row] = await select(on, on`e.uuid = ${uuid}`);
    return row;
  }

  return {
    create: (author, { uuid, organiserUuid, event }) =>
      write(async (tx) => {
        const before = await find(tx, uuid);
        if (before) return toEvent(before);
        const organiserId = await organiserIdOf(tx, organiserUuid);
        const { venueId, performerIds } = await partsOf(tx, organiserId, event);
        const columns = { ...columnsOf(event), uuid, status: 'draft', organiser_id: organiserId, venue_id: venueId };
        const [made] = await tx<{ id: number }[]>`insert into events ${tx(columns)} returning id::float8 as id`;
        await writeLineUp(tx, made!.id, performerIds);
        const whole = (await find(tx, uuid))!;
        await audit(tx, author, 'event.created', whole, { after: toMembers(event, Object.keys(event)) });
        return toEvent(whole);
      }),

    find: (uuid) =>
      run(async () => {
        const row = await find(sql, uuid);
        return row && toEvent(row);
      }),

    list: ({ status, ...page }) =>
      run(async () => {
        const some = status === undefined ? sql`true` : sql`e.status = ${status}`;
        const rows = await select(
          sql,
          sql`${isOf(sql, page.whose, sql`e.organiser_id`)} and ${some} and ${isAfter(sql, 'events', page, sql`e.id`)}
            order by e.id desc limit ${page.limit}`,
        );
        return (await knownPage(sql, 'events', page, rows))?.map(toEvent);
      }),

    change: (author, uuid, decide, ending) =>
      write(async (tx) => {
        const before = await locked(tx, uuid);
        const { action, event, status, sequence } = decide(before && toEvent(before));
        const { id, organiserId, settings } = before!;
        const changed = changedMembers(settings, event);
        if (changed.length === 0 && status === settings.status) return toEvent(before!);
        const { venueId, performerIds } = await partsOf(tx, organiserId, event);
        const columns = pick(columnsOf(event), changed);
        if (changed.includes('venueUuid')) Object.assign(columns, { venue_id: venueId });
        await tx`update events set ${tx({ ...columns, status, sequence })}, updated_at = now() where id = ${id}`;
        if (changed.includes('performers')) await writeLineUp(tx, id, performerIds);
        const after = (await find(tx, uuid))!;
        const told = status === settings.status ? {} : { status };
        await audit(tx, author, action, after, {
          before: { ...toMembers(settings, changed), ...(status !== settings.status && { status: settings.status }) },
          after: { ...toMembers(event, changed), ...told },
        });
        await finishWithin(tx, ending, toEvent(after));
        return toEvent(after);
      }),

    remove: (author, uuid, check) =>
      writeBy(patient)(async (tx) => {
        const found = await locked(tx, uuid);
        check(found && toEvent(found));
        const { id, settings } = found!;
        await tx`delete from events where id = ${id}`;
        await audit(tx, author, 'event.deleted', found!, { before: toMembers(settings, Object.keys(memberNames)) });
      }),
  };
}

/** Events whose date can be written; `where` goes on after a condition. */
const select = (on: Sql, where: Fragment) => on<Row[]>`
  select e.id::float8 as id, e.organiser_id::float8 as "organiserId", v.time_zone is not null as "venueHasTimeZone",
    exists (select from tickets where event_id = e.id) as "hasTickets", e.plan_id is not null as "hasPlan", (
      select uuid from operations where event_id = e.id and kind = 'offer' and status = 'running' limit 1
    ) as "offerUnderWay", (
      select json_build_object('name', p.name, 'endsAt', ${instant(on, on`p.ends_at`)}) from presales p
      where p.event_id = e.id order by p.ends_at desc limit 1
    ) as "lastPresale", json_build_object(
      'uuid', e.uuid, 'organiserUuid', o.uuid, 'status', e.status, 'name', e.name, 'description', e.description,
      'category', e.category, 'genre', e.genre, 'performers', array(
        select p.uuid from event_performers ep join performers p on p.id = ep.performer_id
        where ep.event_id = e.id order by ep.position nulls last, p.id),
      'venueUuid', v.uuid, 'date', ${instant(on, on`e.date`)}, 'doorsAt', ${instant(on, on`e.doors_at`)},
      'endsAt', ${instant(on, on`e.ends_at`)}, 'imageUrl', e.image_url,
      'onSaleFrom', ${instant(on, on`e.on_sale_from`)}, 'onSaleUntil', ${instant(on, on`e.on_sale_until`)},
      'ticketLimit', e.ticket_limit, 'currency', coalesce(e.sale_currency, e.currency), 'previousDates', array(
        select ${instant(on, on`d.date`)} from unnest(e.previous_dates) with ordinality as d (date, n) order by d.n),
      'refundUntil', ${instant(on, on`e.refund_until`)}, 'sequence', e.sequence,
      'createdAt', ${instant(on, on`e.created_at`)}, 'updatedAt', ${instant(on, on`e.updated_at`)}) as settings
  from events e join venues v on v.id = e.venue_id left join organisers o on o.id = e.organiser_id
  where e.date >= '0001-01-01 00:00:00+00' and e.date < '10000-01-01 00:00:00+00' and ${where}`;

const toEvent = ({
  settings,
  venueHasTimeZone,
  hasTickets,
  hasPlan,
  offerUnderWay,
  lastPresale,
}: Row): OrganisersEvent => ({
  settings,
  // Of all that is shown: so a change by SQL of the line-up counts, too.
  version: createHash('sha256').update(JSON.stringify(settings)).digest('base64url').slice(0, 22),
  venueHasTimeZone,
  hasTickets,
  hasPlan,
  offerUnderWay,
  lastPresale,
});

/** Returns the ids of an event's venue and performers: the organiser's own, or the platform's. */
async function partsOf(tx: Sql, organiserId: number | null, { venueUuid, performers }: EventInput) {
  const isTheirs = tx`(organiser_id is null or organiser_id = ${organiserId}::bigint)`;
  const [venue] = await tx<{ id: number }[]>`
    select id::float8 as id from venues where uuid = ${venueUuid} and ${isTheirs} for key share`;
  const found = await tx<{ id: number; uuid: string }[]>`
    select id::float8 as id, uuid from performers where uuid = any(${performers}) and ${isTheirs} for key share`;
  const idOf = new Map(found.map(({ uuid, id }) => [uuid, id]));
  const issues: Issue[] = performers.flatMap((uuid, i) =>
    idOf.has(uuid) ? [] : [{ path: `performers.${i}`, message: 'there is no such performer of yours' }],
  );
  if (!venue) issues.unshift({ path: 'venue_uuid', message: 'there is no such venue of yours' });
  if (!venue || issues.length > 0) throw invalidEvent(issues);
  return { venueId: venue.id, performerIds: performers.map((uuid) => idOf.get(uuid)!) };
}

async function writeLineUp(tx: Sql, eventId: number, performerIds: number[]): Promise<void> {
  await tx`delete from event_performers where event_id = ${eventId}`;
  await tx`
    insert into event_performers (event_id, performer_id, position)
    select ${eventId}, id, n from unnest(${performerIds}::bigint[]) with ordinality as line (id, n)`;
}

/** The columns by the members that they hold. */
const columnNames = {
  name: 'name',
  description: 'description',
  category: 'category',
  genre: 'genre',
  date: 'date',
  doorsAt: 'doors_at',
  endsAt: 'ends_at',
  imageUrl: 'image_url',
  onSaleFrom: 'on_sale_from',
  onSaleUntil: 'on_sale_until',
  ticketLimit: 'ticket_limit',
  currency: 'sale_currency',
} as const;

type Columns = Record<string, string | number | null>;
const columnsOf = (event: EventInput): Columns =>
  Object.fromEntries(
    Object.entries(columnNames).map(([member, column]) => [column, event[member as keyof typeof columnNames]]),
  );

const pick = (columns: Columns, members: string[]): Columns =>
  Object.fromEntries(
    members.flatMap((member) => {
      const column = columnNames[member as keyof typeof columnNames];
      return column ? [[column, columns[column]!]] : [];
    }),
  );

/** Members by their names in the API. */
const toMembers = (event: EventInput, members: string[]) =>
  Object.fromEntries(
    members.flatMap((member) => {
      const name = memberNames[member as keyof typeof memberNames];
      return name ? [[name, event[member as keyof EventInput]]] : [];
    }),
  );

const audit = (tx: Sql, author: Author, action: string, row: Row, told: { before?: object; after?: object }) =>
  writeAudit(tx, author, {
    action,
    thing: 'event',
    thingUuid: row.settings.uuid,
    organiserId: row.organiserId,
    ...told,
  });
