import { randomUUID } from 'node:crypto';
import type { Db } from '../db/client.ts';
import type { Hold, LockKey, TicketLocks } from './ticket-locks.ts';

type Row = { ticketUuid: string; owner: string; token: string; expiresAt: number };

/**
 * Ticket locks in an unlogged PostgreSQL table. Whoever comes too late is told so by one read: no row is locked and
 * nothing is written, so the losers of a rush wait for no one's commit.
 */
export function postgresTicketLocks(db: Db): TicketLocks {
  const { sql, run } = db;

  const live = (ticketUuids: string[]) => sql<Row[]>`
    select ticket_uuid as "ticketUuid", owner, token, ${epochMs()} as "expiresAt"
    from ticket_locks where ticket_uuid = any(${ticketUuids}) and expires_at > clock_timestamp()`;

  const epochMs = () => sql`(extract(epoch from expires_at) * 1000)::float8`;

  /** Inserts rows, or takes over expired ones. In order, so that overlapping takers can't deadlock. */
  const insert = (on: Db['sql'], eventUuid: string, ticketUuids: string[], owner: string, ttlMs: number) => on<Hold[]>`
    insert into ticket_locks (ticket_uuid, event_uuid, owner, token, expires_at)
    select ticket, ${eventUuid}, ${owner}, ${randomUUID()}, clock_timestamp() + ${ttlMs} * interval '1 millisecond'
    from unnest(${[...ticketUuids].sort()}::text[]) with ordinality as t(ticket, n) order by n
    on conflict (ticket_uuid) do update
      set event_uuid = excluded.event_uuid, owner = excluded.owner, token = excluded.token,
          expires_at = excluded.expires_at
      where ticket_locks.expires_at <= clock_timestamp()
    returning ticket_uuid as "ticketUuid", token, ${epochMs()} as "expiresAt"`;

  /** All or none: one ticket needs no transaction, for then nothing can be taken in part. */
  async function take(eventUuid: string, ticketUuids: string[], owner: string, ttlMs: number): Promise<Hold[]> {
    if (ticketUuids.length === 1) return insert(sql, eventUuid, ticketUuids, owner, ttlMs);
    return allOrNone((tx) => insert(tx, eventUuid, ticketUuids, owner, ttlMs), ticketUuids.length);
  }

  /**
   * As `take`, unless the owner would then hold more than `limit`. Calls of one owner for one event take turns, so that two
   * at once are counted one after the other.
   */
  async function takeWithin(
    limit: number,
    eventUuid: string,
    asked: string[],
    missing: string[],
    owner: string,
    ttlMs: number,
  ) {
    let others: string[] = [];
    let isOver = false;
    const taken = await allOrNone<Hold>(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtextextended(${`${eventUuid} ${owner}`}, 0))`;
      const held = await tx<{ ticketUuid: string }[]>`
        select ticket_uuid as "ticketUuid" from ticket_locks
        where event_uuid = ${eventUuid} and owner = ${owner} and expires_at > clock_timestamp()`;
      others = held.map((row) => row.ticketUuid).filter((uuid) => !asked.includes(uuid));
      isOver = others.length + asked.length > limit;
      return isOver ? [] : insert(tx, eventUuid, missing, owner, ttlMs);
    }, missing.length);
    return { taken, others, isOver };
  }

  /** Rolls back, with an empty answer, when fewer rows were written than asked for. */
  async function allOrNone<T>(write: (tx: Db['sql']) => PromiseLike<T[]>, asked: number): Promise<T[]> {
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

  return {
    acquire: ({ eventUuid, ticketUuids: asked, owner, ttlMs, limit }) =>
      run(async () => {
        const ticketUuids = [...new Set(asked)];
        // Each round ends by an answer, unless a lock that was in the way has gone meanwhile.
        for (let round = 0; round < 5; round++) {
          const rows = await live(ticketUuids);
          const strangers = rows.filter((row) => row.owner !== owner);
          if (strangers.length > 0) return { ok: false, conflicts: strangers.map((row) => row.ticketUuid).sort() };
          const own = new Set(rows.map((row) => row.ticketUuid));
          const missing = ticketUuids.filter((uuid) => !own.has(uuid));
          if (missing.length === 0) {
            return { ok: true, holds: rows.map(toHold), taken: [], repeated: true, others: [] };
          }
          const { taken, others, isOver } = limit
            ? await takeWithin(limit, eventUuid, ticketUuids, missing, owner, ttlMs)
            : { taken: await take(eventUuid, missing, owner, ttlMs), others: [], isOver: false };
          if (isOver) return { ok: false, conflicts: [], overLimit: true };
          if (taken.length === missing.length) {
            return { ok: true, holds: [...rows.map(toHold), ...taken], taken, repeated: false, others };
          }
        }
        return { ok: false, conflicts: ticketUuids };
      }),

    held: ({ ticketUuids, owner }) =>
      run(async () => (await live(ticketUuids)).filter((row) => row.owner === owner).map(toHold)),

    extend: ({ locks, ttlMs }) =>
      run(async () => {
        const write = (on: Db['sql']) => on<{ ticketUuid: string }[]>`
          update ticket_locks
          set expires_at = greatest(expires_at, clock_timestamp() + ${ttlMs} * interval '1 millisecond')
          where ${named(on, locks)}
          returning ticket_uuid as "ticketUuid"`;
        const rows = locks.length === 1 ? await write(sql) : await allOrNone(write, locks.length);
        return rows.length === locks.length;
      }),

    release: ({ locks }) => run(async () => (await sql`delete from ticket_locks where ${named(sql, locks)}`).count),

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

const toHold = ({ ticketUuid, token, expiresAt }: Row): Hold => ({ ticketUuid, token, expiresAt });

/** The rows still under their token, locked in order like those of `insert`. */
const named = (sql: Db['sql'], locks: LockKey[]) => sql`ticket_uuid in (
  select l.ticket_uuid from ticket_locks l
  join unnest(${locks.map((lock) => lock.ticketUuid)}::text[], ${locks.map((lock) => lock.token)}::text[])
    as wanted(ticket_uuid, token) on l.ticket_uuid = wanted.ticket_uuid and l.token = wanted.token
  where l.expires_at > clock_timestamp()
  order by l.ticket_uuid for update of l)`;
