import { randomUUID } from 'node:crypto';
import type { Db, Fragment } from '../db/client.ts';
import type { Acquired, Hold, LockKey, Refused, TicketLocks } from './ticket-locks.ts';

type Taking = Parameters<TicketLocks['acquire']>[0];
type Writing = { locks: LockKey[]; ms?: number };
type Row = Omit<Hold, 'note'> & { note: string | null; owner: string; isHeld: boolean };
/** A row of the result of `take_ticket_locks`. */
type Standing = Row & { asker: number; standing: 'stands' | 'others' | 'over' };

/**
 * Each further round means that another call was to take some of the tickets, and did not, or a conflicting lock has
 * gone.
 */
const maxRounds = 20;

/**
 * Ticket locks in an unlogged PostgreSQL table. Concurrent calls are gathered in one statement per event. Losers of a
 * race pay for one read: no row is locked and nothing is written, so they wait for no commit.
 */
export function postgresTicketLocks(db: Db): TicketLocks {
  const { sql, run, gathered } = db;

  /** One call of the function. Of callers with a common ticket the first one takes, and the others only read. */
  const take = gathered(
    async (on, takings: Taking[], eventUuid): Promise<(Acquired | Refused | 'again')[]> => {
      const tokens = takings.map(() => randomUUID());
      const takers = disjoint(takings);
      const lines = takings.flatMap(({ ticketUuids, owner, note = null }, asker) =>
        ticketUuids.map((ticketUuid) => ({ asker, ticketUuid, owner, token: tokens[asker]!, note })),
      );
      const [{ ttlMs, limit }] = takings as [Taking];
      const rows = await on<Standing[]>`
        select asker, standing, ticket as "ticketUuid", owner, token, ends_ms as "expiresAt", is_held as "isHeld", note
        from take_ticket_locks(${eventUuid}, ${lines.map((line) => line.asker)}::int[],
          ${lines.map((line) => line.ticketUuid)}::text[], ${lines.map((line) => line.owner)}::text[],
          ${lines.map((line) => line.token)}::text[], ${lines.map((line) => line.note)}::text[], ${takers}::int[],
          ${ttlMs}, ${limit ?? 0})`;
      const byAsker = Map.groupBy(rows, ({ asker }) => asker);
      return takings.map((taking, asker) => {
        const outcome = outcomeOf(taking, byAsker.get(asker) ?? [], tokens[asker]!);
        // The other tickets of an owner are returned only to takers.
        return limit && outcome !== 'again' && outcome.ok && !takers.includes(asker) ? 'again' : outcome;
      });
    },
    { kindOf: ({ ttlMs, limit }) => `${ttlMs} ${limit}` },
  );

  const held = (ticketUuids: string[]) => sql<Row[]>`
    select ticket_uuid as "ticketUuid", owner, token, (extract(epoch from ${ownEnd(sql)}) * 1000)::float8 as "expiresAt",
      note, ${ownEnd(sql)} > clock_timestamp() as "isHeld"
    from ticket_locks where ticket_uuid = any(${ticketUuids}) and expires_at > clock_timestamp()`;

  /**
   * Writes to locks that are held under their token, all or none per caller. In `what` the row is `l`, its time `w.ms`.
   */
  const writingAll = (what: (on: Db['sql']) => Fragment) =>
    gathered(async (on, writings: Writing[]): Promise<boolean[]> => {
      const done = await on<{ asker: number }[]>`
        with wanted as (${asked(on, writings)}), found as (
          select l.ticket_uuid, w.asker, w.ms from wanted w
          join ticket_locks l on l.ticket_uuid = w.ticket and l.token = w.token
          where ${ownEnd(on)} > clock_timestamp() order by l.ticket_uuid for update of l
        ), whole as (
          select w.asker from wanted w left join found f on f.asker = w.asker and f.ticket_uuid = w.ticket
          group by w.asker having count(*) = count(f.asker)
        ), written as (
          update ticket_locks l ${what(on)}
          from (select f.ticket_uuid, max(f.ms) as ms from found f join whole using (asker) group by 1) w
          where l.ticket_uuid = w.ticket_uuid
        )
        select asker from whole`;
      const whole = new Set(done.map(({ asker }) => asker));
      return writings.map(({ locks }, asker) => locks.length === 0 || whole.has(asker));
    });

  /** Writes to those locks that are under their token; returns to each caller the number of its rows. */
  const writingSome = (write: (on: Db['sql'], named: Fragment) => PromiseLike<LockKey[]>) =>
    gathered(async (on, writings: Writing[]): Promise<number[]> => {
      const rows = await write(
        on,
        on`ticket_uuid in (
          select l.ticket_uuid from (${asked(on, writings)}) w
          join ticket_locks l on l.ticket_uuid = w.ticket and l.token = w.token
          where l.expires_at > clock_timestamp() order by l.ticket_uuid for update of l)`,
      );
      const left = new Set(rows.map(nameOf));
      return writings.map(({ locks }) => locks.filter((lock) => left.delete(nameOf(lock))).length);
    });

  const [adopt, extend, cover] = [
    writingAll((on) => on`set adopted = true`),
    writingAll((on) => {
      const end = on`greatest(${ownEnd(on)}, ${later(on)})`;
      return ending(on, on`greatest(l.expires_at, ${end})`, end);
    }),
    writingAll((on) => ending(on, on`greatest(l.expires_at, ${later(on)})`, ownEnd(on))),
  ];
  const returned = (on: Db['sql']) => on`returning ticket_uuid as "ticketUuid", token`;
  const [uncover, release, giveBack] = [
    writingSome(async (on, named) => {
      const rows = await on<(LockKey & { isOver: boolean })[]>`
        update ticket_locks set expires_at = held_until, held_until = null where held_until is not null and ${named}
        ${returned(on)}, expires_at <= clock_timestamp() as "isOver"`;
      return rows.filter(({ isOver }) => isOver);
    }),
    writingSome((on, named) => on<LockKey[]>`delete from ticket_locks where ${named} ${returned(on)}`),
    writingSome((on, named) => on<LockKey[]>`delete from ticket_locks where not adopted and ${named} ${returned(on)}`),
  ];

  return {
    async acquire({ ticketUuids: asked, ...taking }) {
      const ticketUuids = [...new Set(asked)];
      for (let round = 0; round < maxRounds; round++) {
        const outcome = await take(taking.eventUuid, { ...taking, ticketUuids });
        if (outcome !== 'again') return outcome;
      }
      return { ok: false, conflicts: ticketUuids };
    },

    held: ({ ticketUuids, owner }) =>
      run(async () => (await held(ticketUuids)).filter((row) => row.owner === owner && row.isHeld).map(toHold)),

    adopt: ({ eventUuid, locks }) => adopt(eventUuid, { locks }),
    extend: ({ eventUuid, locks, ttlMs }) => extend(eventUuid, { locks, ms: ttlMs }),
    cover: ({ eventUuid, locks, windowMs }) => cover(eventUuid, { locks, ms: windowMs }),
    uncover: ({ eventUuid, locks }) => uncover(eventUuid, { locks }),
    release: ({ eventUuid, locks }) => release(eventUuid, { locks }),
    giveBack: ({ eventUuid, locks }) => giveBack(eventUuid, { locks }),

    list: (eventUuid) =>
      run(async () => {
        // One text instead of rows: an arena in a rush has thousands of locks, and this is read all the time.
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

/** The places of callers that may take together: no two have a common ticket, nor an owner if there is a limit. */
function disjoint(takings: Taking[]): number[] {
  const names = new Set<string>();
  return takings.flatMap(({ ticketUuids, owner, limit }, asker) => {
    const its = limit ? [...ticketUuids, owner] : ticketUuids;
    const isFirst = !its.some((name) => names.has(name));
    for (const name of its) names.add(name);
    return isFirst ? [asker] : [];
  });
}

/** The outcome of a try; `again` if there is no conflict and not all is taken. */
function outcomeOf({ ticketUuids, owner }: Taking, rows: Standing[], token: string): Acquired | Refused | 'again' {
  if (rows.some(({ standing }) => standing === 'over')) return { ok: false, conflicts: [], overLimit: true };
  const stands = rows.filter(({ standing }) => standing === 'stands');
  const inTheWay = stands.filter((row) => row.owner !== owner || !row.isHeld);
  if (inTheWay.length > 0) return { ok: false, conflicts: inTheWay.map((row) => row.ticketUuid).sort() };
  if (stands.length < ticketUuids.length) return 'again';
  const taken = stands.filter((row) => row.token === token).map(toHold);
  const others = rows.filter(({ standing }) => standing === 'others').map((row) => row.ticketUuid);
  return { ok: true, holds: stands.map(toHold), taken, repeated: taken.length === 0, others };
}

const toHold = ({ ticketUuid, token, expiresAt, note }: Row): Hold => ({
  ticketUuid,
  token,
  expiresAt,
  ...(note !== null && { note }),
});

const nameOf = ({ ticketUuid, token }: LockKey) => `${ticketUuid} ${token}`;

/** The locks of each caller, a row each, in the order of their tickets. */
function asked(sql: Db['sql'], writings: Writing[]): Fragment {
  const lines = writings.flatMap(({ locks, ms = 0 }, asker) => locks.map((lock) => ({ asker, ms, ...lock })));
  return sql`select * from unnest(${lines.map((line) => line.asker)}::int[],
    ${lines.map((line) => line.ticketUuid)}::text[], ${lines.map((line) => line.token)}::text[],
    ${lines.map((line) => line.ms)}::float8[]) as wanted(asker, ticket, token, ms)`;
}

/** The current time, the same throughout a statement. */
const later = (sql: Db['sql']) => sql`(statement_timestamp() + w.ms * interval '1 millisecond')`;

/** The end of the hold: that of its lock, unless a payment extends the lock. */
const ownEnd = (sql: Db['sql']) => sql`coalesce(held_until, expires_at)`;

/** Sets the end of the lock; its hold ends then or before. */
const ending = (sql: Db['sql'], lock: Fragment, hold: Fragment) =>
  sql`set expires_at = ${lock}, held_until = nullif(${hold}, ${lock})`;
