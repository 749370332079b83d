import { type Db, relaxed } from '../../../shared/db/client.ts';
import type { IdempotencyKeys } from '../domain/idempotency.ts';

type Row = {
  begun: boolean;
  fingerprint: string;
  status: number | null;
  body: string | null;
  location: string | null;
};

const purgedAtOnce = 5000;

/** Answers to keyed requests in PostgreSQL, beside the sale that they speak of. */
export function postgresIdempotencyKeys({ sql, run }: Db): IdempotencyKeys {
  return {
    begin: async ({ scope, key, fingerprint, staleMs, keptMs }) => {
      const row = await run(async () => {
        // The first to write begins; so does who finds a row that is too old, or one that nobody works on any more. A
        // beginning that the server forgets has led to nothing that it remembers.
        const [written] = await sql<Row[]>`
          insert into idempotency_keys as k (scope, key, fingerprint)
          select ${scope}, ${key}, ${fingerprint} from ${relaxed(sql)}
          on conflict (scope, key) do update
            set fingerprint = excluded.fingerprint, status = null, body = null, started_at = now(),
              location = case when k.created_at <= now() - ${keptMs} * interval '1 ms' then null else k.location end,
              created_at = case when k.created_at <= now() - ${keptMs} * interval '1 ms' then now() else k.created_at end
            where k.created_at <= now() - ${keptMs} * interval '1 ms' or (
              k.status is null and k.fingerprint = excluded.fingerprint
              and k.started_at <= now() - ${staleMs} * interval '1 ms')
          returning true as begun, fingerprint, status::int as status, body, location`;
        if (written) return written;
        const [found] = await sql<Row[]>`
          select false as begun, fingerprint, status::int as status, body, location from idempotency_keys
          where scope = ${scope} and key = ${key}`;
        return found;
      });
      if (row?.begun) return row.location ? { begunAfter: row.location } : 'begun';
      // Purged between the two statements: it can be begun in a moment.
      if (!row) return 'under way';
      if (row.fingerprint !== fingerprint) return 'other request';
      const { status, body, location } = row;
      return status === null || body === null
        ? 'under way'
        : { answer: { status, body, ...(location && { location }) } };
    },

    finish: ({ scope, key, fingerprint }, { status, body, location = null }) =>
      run(async () => {
        await sql`
          insert into idempotency_keys (scope, key, fingerprint, status, body, location)
          values (${scope}, ${key}, ${fingerprint}, ${status}, ${body}, ${location})
          on conflict (scope, key) do update
            set status = excluded.status, body = excluded.body, location = excluded.location`;
      }),

    suspend: ({ scope, key, fingerprint }, location) =>
      run(async () => {
        await sql`update idempotency_keys set started_at = '-infinity', location = coalesce(${location ?? null}, location)
          where scope = ${scope} and key = ${key} and fingerprint = ${fingerprint} and status is null`;
      }),

    purge: (keptMs) =>
      run(async () => {
        const { count } = await sql`
          delete from idempotency_keys where (scope, key) in (
            select scope, key from idempotency_keys where created_at <= now() - ${keptMs} * interval '1 ms'
            limit ${purgedAtOnce} for update skip locked)`;
        return count;
      }),
  };
}
