import { type Db, relaxed } from '../db/client.ts';
import {
  type Ending,
  type IdempotencyKeys,
  type IdempotentRequest,
  inProgress,
  type StoredResponse,
} from './idempotency.ts';

type Beginning = Parameters<IdempotencyKeys['begin']>[0];
type Row = {
  begun: boolean;
  fingerprint: string;
  status: number | null;
  body: string | null;
  location: string | null;
  /** To the microsecond: the name of its turn. */
  startedAt: string;
};

const purgedAtOnce = 5000;
/** Keys belong to no event: all their work is gathered. */
const all = 'idempotency keys';
const nameOf = ({ scope, key }: { scope: string; key: string }) => `${scope} ${key}`;

/** Responses to idempotent requests in PostgreSQL, beside the sale. Concurrent writes are gathered in one statement. */
export function postgresIdempotencyKeys({ sql, run, gathered }: Db): IdempotencyKeys {
  const begin = gathered(
    async (on, beginnings: Beginning[]) => {
      const [{ staleMs, keptMs }] = beginnings as [Beginning];
      // The first writer begins; so does one that finds a row that is too old, or whose process has died. If a crash of
      // the server loses a beginning, it has lost all that followed from it, too.
      const written = await on<(Row & { scope: string; key: string })[]>`
        insert into idempotency_keys as k (scope, key, fingerprint)
        select wanted.* from ${relaxed(on)}, unnest(${beginnings.map(({ scope }) => scope)}::text[],
          ${beginnings.map(({ key }) => key)}::text[],
          ${beginnings.map(({ fingerprint }) => fingerprint)}::text[]) as wanted (scope, key, fingerprint)
        order by wanted.scope, wanted.key
        on conflict (scope, key) do update
          set fingerprint = excluded.fingerprint, status = null, body = null, started_at = now(),
            location = case when k.created_at <= now() - ${keptMs} * interval '1 ms' then null else k.location end,
            created_at = case when k.created_at <= now() - ${keptMs} * interval '1 ms' then now() else k.created_at end
          where k.created_at <= now() - ${keptMs} * interval '1 ms' or (
            k.status is null and k.fingerprint = excluded.fingerprint
            and k.started_at <= now() - ${staleMs} * interval '1 ms')
        returning scope, key, true as begun, fingerprint, status::int as status, body, location,
          started_at::text as "startedAt"`;
      const begun = new Map(written.map((row) => [nameOf(row), row]));
      return beginnings.map((one) => begun.get(nameOf(one)));
    },
    { namesOf: (one) => [nameOf(one)], kindOf: ({ staleMs, keptMs }) => `${staleMs} ${keptMs}` },
  );

  const find = ({ scope, key }: IdempotentRequest) =>
    run(async () => {
      const [row] = await sql<Row[]>`
        select false as begun, fingerprint, status::int as status, body, location, started_at::text as "startedAt"
        from idempotency_keys where scope = ${scope} and key = ${key}`;
      return row;
    });

  const finish = gathered(
    async (on, ends: { request: IdempotentRequest; response: StoredResponse }[]) => {
      // The first response stays: whoever asks again gets that one.
      const written = await on<{ scope: string; key: string }[]>`
        insert into idempotency_keys as k (scope, key, fingerprint, status, body, location)
        select * from unnest(${ends.map(({ request }) => request.scope)}::text[],
          ${ends.map(({ request }) => request.key)}::text[],
          ${ends.map(({ request }) => request.fingerprint)}::text[],
          ${ends.map(({ response }) => response.status)}::bigint[],
          ${ends.map(({ response }) => response.body)}::text[],
          ${ends.map(({ response }) => response.location ?? null)}::text[]) as ended (scope, key)
        order by scope, key
        on conflict (scope, key) do update
          set status = excluded.status, body = excluded.body, location = excluded.location
          where k.status is null and k.fingerprint = excluded.fingerprint
        returning scope, key`;
      const isStored = new Set(written.map(nameOf));
      return ends.map(({ request }) => isStored.has(nameOf(request)));
    },
    { namesOf: ({ request }) => [nameOf(request)] },
  );

  return {
    begin: async (beginning) => {
      const row = (await begin(all, beginning)) ?? (await find(beginning));
      if (row?.begun) return { turn: { name: row.startedAt, ...(row.location && { location: row.location }) } };
      // Purged between the two statements: it can be begun in a moment.
      if (!row) return 'under way';
      if (row.fingerprint !== beginning.fingerprint) return 'other request';
      const response = responseOf(row);
      return response ? { response } : 'under way';
    },

    finish: async (request, response) => {
      if (await finish(all, { request, response })) return response;
      const row = await find(request);
      return (row?.fingerprint === request.fingerprint && responseOf(row)) || response;
    },

    suspend: ({ scope, key, fingerprint }, turn, location) =>
      run(async () => {
        await sql`update idempotency_keys set started_at = '-infinity', location = coalesce(${location ?? null}, location)
          where scope = ${scope} and key = ${key} and fingerprint = ${fingerprint} and status is null
            and started_at = ${turn.name}::text::timestamptz`;
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

function responseOf({ status, body, location }: Row): StoredResponse | undefined {
  return status === null || body === null ? undefined : { status, body, ...(location && { location }) };
}

/**
 * Stores the final response of a request within the transaction of its change: both are there, or none, so that a
 * change is made once, however often it is asked for. Throws `request_in_progress`, which undoes the change, when
 * another turn has ended the request meanwhile.
 */
export async function finishWithin<R>(tx: Db['sql'], ending: Ending<R> | undefined, result: R): Promise<void> {
  if (!ending) return;
  const { scope, key, fingerprint } = ending.request;
  const { status, body, location } = ending.respond(result);
  const { count } = await tx`
    update idempotency_keys set status = ${status}, body = ${body}, location = ${location ?? null}
    where scope = ${scope} and key = ${key} and fingerprint = ${fingerprint} and status is null`;
  if (count === 0) throw inProgress();
}
