import { randomUUID } from 'node:crypto';
import type { Db, Fragment } from '../db/client.ts';
import type { Hold, LockKey, TicketLocks } from './ticket-locks.ts';

type Taken = Omit<Hold, 'note'> & { note: string | null };
type Row = Taken & { owner: string; isHeld: boolean };

/**
 * Ticket locks in an unlogged PostgreSQL table. Losers of a race pay for one read: no row is locked and nothing is written,
 * so they wait for no one's commit.
 */
export function postgresTicketLocks(db: Db): TicketLocks {
  const { sql, run, share } = db;

  /** For what may wait for rows that others are writing. */
  const runOf = <T>(eventUuid: string, work: (sql: Db['sql']) => PromiseLike<T>): Promise<T> =>
    run(() => share(eventUuid, work));

  const live = (ticketUuids: string[]) => sql<Row[]>`
    select ticket_uuid as "ticketUuid", owner, token, ${epochMs()} as "expiresAt", note,
      ${ownEnd(sql)} > clock_timestamp() as "isHeld"
    from ticket_locks where ticket_uuid = any(${ticketUuids}) and expires_at > clock_timestamp()`;

  const epochMs = () => sql`(extract(epoch from ${ownEnd(sql)}) * 1000)::float8`;

  /** Inserts rows, or takes over expired ones. In order, so that overlapping takers can't deadlock. */
  const insert = (on: Db['sql'], { eventUuid, owner, ttlMs, note }: Taking, ticketUuids: string[]) => on<Taken[]>`
    insert into ticket_locks (ticket_uuid, event_uuid, owner, token, expires_at, note)
    select ticket, ${eventUuid}, ${owner}, ${randomUUID()}, clock_timestamp() + ${ms(on, ttlMs)}, ${note ?? null}
    from unnest(${[...ticketUuids].sort()}::text[]) with ordinality as t(ticket, n) order by n
    on conflict (ticket_uuid) do update
      set event_uuid = excluded.event_uuid, owner = excluded.owner, token = excluded.token,
          expires_at = excluded.expires_at, note = excluded.note, held_until = null, adopted = false
      where ticket_locks.expires_at <= clock_timestamp()
    returning ticket_uuid as "ticketUuid", token, ${epochMs()} as "expiresAt", note`;

  /** All or none: one ticket needs no transaction, for then nothing can be taken in part. */
  const take = (taking: Taking, ticketUuids: string[]): Promise<Taken[]> =>
    share(taking.eventUuid, (sql) =>
      ticketUuids.length === 1
        ? insert(sql, taking, ticketUuids)
        : allOrNone(sql, (tx) => insert(tx, taking, ticketUuids), ticketUuids.length),
    );

  /**
   * As `take`, unless the owner would then hold more than `limit`. Calls of one owner for one event take turns, so that two
   * at once are counted one after the other.
   */
  async function takeWithin(limit: number, taking: Taking, asked: string[], missing: string[]) {
    const { eventUuid, owner } = taking;
    let others: string[] = [];
    let isOver = false;
    const write = async (tx: Db['sql']) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${`${eventUuid} ${owner}`}, 0))`;
      others = await heldBesides(tx, taking, asked);
      isOver = others.length + asked.length > limit;
      return isOver ? [] : insert(tx, taking, missing);
    };
    const taken = await share(eventUuid, (sql) => allOrNone<Taken>(sql, write, missing.length));
    return { taken, others, isOver };
  }

  async function heldBesides(on: Db['sql'], { eventUuid, owner }: Taking, asked: string[]): Promise<string[]> {
    const rows = await on<{ ticketUuid: string }[]>`
      select ticket_uuid as "ticketUuid" from ticket_locks
      where event_uuid = ${eventUuid} and owner = ${owner} and expires_at > clock_timestamp()`;
    return rows.map((row) => row.ticketUuid).filter((uuid) => !asked.includes(uuid));
  }

  /** Rolls back, with an empty answer, when fewer rows were written than asked for. */
  async function allOrNone<T extends object>(
    sql: Db['sql'],
    write: (tx: Db['sql']) => PromiseLike<T[]>,
    asked: number,
  ): Promise<T[]> {
    const short = new Error('fewer rows than asked');
    let rows: T[] = [];
    try {
      await sql.begin(async (tx) => {
        rows = await write(tx as unknown as Db['sql']);
        if (rows.length < asked) throw short;
      });
      return rows;
    } catch (error) {
      if (error === short) return [];
      throw error;
    }
  }

  /** Writes to locks that are held under their token, all or none. */
  const writeAll = (eventUuid: string, locks: LockKey[], what: (on: Db['sql']) => Fragment): Promise<boolean> =>
    runOf(eventUuid, async (sql) => {
      const write = (on: Db['sql']) => on<{ ticketUuid: string }[]>`
        update ticket_locks ${what(on)} where ${ownEnd(on)} > clock_timestamp() and ${named(on, locks)}
        returning ticket_uuid as "ticketUuid"`;
      const rows = locks.length === 1 ? await write(sql) : await allOrNone(sql, write, locks.length);
      return rows.length === locks.length;
    });

  return {
    acquire: ({ ticketUuids: asked, limit, ...taking }) =>
      run(async () => {
        const ticketUuids = [...new Set(asked)];
        // Each round ends by an answer, unless a lock that was in the way has gone meanwhile.
        for (let round = 0; round < 5; round++) {
          const rows = await live(ticketUuids);
          const inTheWay = rows.filter((row) => row.owner !== taking.owner || !row.isHeld);
          if (inTheWay.length > 0) return { ok: false, conflicts: inTheWay.map((row) => row.ticketUuid).sort() };
          const own = new Set(rows.map((row) => row.ticketUuid));
          const missing = ticketUuids.filter((uuid) => !own.has(uuid));
          if (missing.length === 0) {
            const others = limit ? await heldBesides(sql, taking, ticketUuids) : [];
            return { ok: true, holds: rows.map(toHold), taken: [], repeated: true, others };
          }
          const { taken, others, isOver } = limit
            ? await takeWithin(limit, taking, ticketUuids, missing)
            : { taken: await take(taking, missing), others: [], isOver: false };
          if (isOver) return { ok: false, conflicts: [], overLimit: true };
          if (taken.length === missing.length) {
            const its = taken.map(toHold);
            return { ok: true, holds: [...rows.map(toHold), ...its], taken: its, repeated: false, others };
          }
        }
        return { ok: false, conflicts: ticketUuids };
      }),

    held: ({ ticketUuids, owner }) =>
      run(async () => (await live(ticketUuids)).filter((row) => row.owner === owner && row.isHeld).map(toHold)),

    adopt: ({ eventUuid, locks }) => writeAll(eventUuid, locks, (on) => on`set adopted = true`),

    extend: ({ eventUuid, locks, ttlMs }) =>
      writeAll(eventUuid, locks, (on) => {
        const end = on`greatest(${ownEnd(on)}, ${later(on, ttlMs)})`;
        return ending(on, on`greatest(expires_at, ${end})`, end);
      }),

    cover: ({ eventUuid, locks, windowMs }) =>
      writeAll(eventUuid, locks, (on) => ending(on, on`greatest(expires_at, ${later(on, windowMs)})`, ownEnd(on))),

    uncover: ({ eventUuid, locks }) =>
      runOf(eventUuid, async (sql) => {
        const rows = await sql<{ isOver: boolean }[]>`
          update ticket_locks set expires_at = held_until, held_until = null
          where held_until is not null and ${named(sql, locks)}
          returning expires_at <= clock_timestamp() as "isOver"`;
        return rows.filter(({ isOver }) => isOver).length;
      }),

    release: ({ eventUuid, locks }) =>
      runOf(eventUuid, async (sql) => (await sql`delete from ticket_locks where ${named(sql, locks)}`).count),

    giveBack: ({ eventUuid, locks }) =>
      runOf(
        eventUuid,
        async (sql) => (await sql`delete from ticket_locks where not adopted and ${named(sql, locks)}`).count,
      ),

    list: (eventUuid) =>
      run(async () => {
        // One text instead of a row each: an arena in a rush has thousands of locks, and this is read all the time.
        const [row] = await sql<{ tickets: string | null }[]>`
          select string_agg(ticket_uuid, ',') as tickets
          from ticket_locks where event_uuid = ${eventUuid} and expires_at > clock_timestamp()`;
        return row?.tickets ? row.tickets.split(',') : [];
      }),

    purgeExpired: () =>
      run(
        async () =>
          await sql<{ eventUuid: string; ticketUuid: string }[]>`
          delete from ticket_locks where ticket_uuid in (
            select ticket_uuid from ticket_locks where expires_at <= clock_timestamp()
            order by ticket_uuid limit 5000 for update skip locked)
          returning event_uuid as "eventUuid", ticket_uuid as "ticketUuid"`,
      ),
  };
}

type Taking = { eventUuid: string; owner: string; ttlMs: number; note?: string };

const toHold = ({ ticketUuid, token, expiresAt, note }: Taken): Hold => ({
  ticketUuid,
  token,
  expiresAt,
  ...(note !== null && { note }),
});

const ms = (sql: Db['sql'], duration: number) => sql`${duration} * interval '1 millisecond'`;

/** The same moment however often a statement names it. */
const later = (sql: Db['sql'], duration: number) => sql`(statement_timestamp() + ${ms(sql, duration)})`;

/** When the hold ends: with its lock, unless a payment keeps that. */
const ownEnd = (sql: Db['sql']) => sql`coalesce(held_until, expires_at)`;

/** The lock ends then, and its hold then or before. */
const ending = (sql: Db['sql'], lock: Fragment, hold: Fragment) =>
  sql`set expires_at = ${lock}, held_until = nullif(${hold}, ${lock})`;

/** The rows still under their token, locked in order like those of `insert`. */
const named = (sql: Db['sql'], locks: LockKey[]) => sql`ticket_uuid in (
  select l.ticket_uuid from ticket_locks l
  join unnest(${locks.map((lock) => lock.ticketUuid)}::text[], ${locks.map((lock) => lock.token)}::text[])
    as wanted(ticket_uuid, token) on l.ticket_uuid = wanted.ticket_uuid and l.token = wanted.token
  where l.expires_at > clock_timestamp()
  order by l.ticket_uuid for update of l)`;
