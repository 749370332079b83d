import { type Db, sqlState } from '../../../../shared/db/client.ts';
import { type DeclineReason, declineReasons } from '../../domain/payment/payment-provider.ts';

/**
 * The stored part of an order's PaymentIntent. A closed one must not be confirmed any more. `declined` is why its card
 * was declined; only Stripe knows whether the intent has ended.
 */
export type KnownIntent = { intentId: string | null; closed: boolean; declined: DeclineReason | null };

/** Longer than a request to Stripe takes, its repetition included: no cancellation comes later than that. */
const closingMs = 30_000;

/** The turn to cancel an intent. `late`: a cancellation of an earlier turn, whose response is lost, may still come. */
export type Turn = { since: string; late: string | null };

/** SQLSTATE: a row with this key is there already. */
const uniqueViolation = '23505';

export type StripeIntents = ReturnType<typeof stripeIntents>;

/**
 * The PaymentIntent of each order, in PostgreSQL. The id is stored before money can move, so that all callers use the
 * same intent; once an order is closed its intent is never confirmed.
 */
export function stripeIntents({ sql, run }: Db) {
  // `closed_at` is when the last process began to close the order, and `-infinity` when its turn has ended. While a
  // cancellation may still come whose response is lost, it is a day after the end of that time.
  const span = sql`${closingMs} * interval '1 ms'`;
  // As seconds, for a session may write dates in a way that it does not read as the same.
  const seconds = sql`extract(epoch from closed_at)::text`;
  const columns = sql`intent_id as "intentId", closed_at is not null as closed, declined`;

  return {
    find: (key: string) =>
      run(async (): Promise<KnownIntent | undefined> => {
        const [row] = await sql<Row[]>`select ${columns} from stripe_intents where key = ${key}`;
        return row && knownOf(row);
      }),

    /** Returns the order of a stored intent. */
    keyOf: (intentId: string) =>
      run(async (): Promise<string | undefined> => {
        const [row] = await sql<{ key: string }[]>`select key from stripe_intents where intent_id = ${intentId}`;
        return row?.key;
      }),

    /** Stores an intent, unless there is one or the order is closed; returns the stored one. */
    remember: (key: string, intentId: string): Promise<KnownIntent> => {
      const write = async () => {
        const [row] = await sql<Row[]>`
          insert into stripe_intents (key, intent_id) values (${key}, ${intentId})
          on conflict (key) do update set
            intent_id = case when stripe_intents.closed_at is null
              then coalesce(stripe_intents.intent_id, excluded.intent_id) else stripe_intents.intent_id end
          returning ${columns}`;
        return knownOf(row!);
      };
      // A concurrent writer of the same row may conflict at the intent's own index first: its row is there then, and is
      // found by its key.
      return run(() =>
        write().catch((error) => (sqlState(error) === uniqueViolation ? write() : Promise.reject(error))),
      );
    },

    /**
     * Closes an order, and gives the caller the turn to cancel its intent; returns the stored intent and the turn, or
     * undefined while another caller has it.
     */
    beginClosing: (key: string) =>
      run(async (): Promise<(KnownIntent & Turn) | undefined> => {
        await sql`insert into stripe_intents (key) values (${key}) on conflict do nothing`;
        const [row] = await sql<(Row & Turn)[]>`
          with before as (
            select key, closed_at as at, ${seconds} as late from stripe_intents where key = ${key} for update
          )
          update stripe_intents set closed_at = clock_timestamp() from before
          where stripe_intents.key = before.key
            and (before.at > now() - ${span} and before.at <= clock_timestamp()) is not true
          returning ${columns}, ${seconds} as since, case when before.at - interval '1 day' > now() then late end as late`;
        if (!row) return undefined;
        const { since, late, ...known } = row;
        return { ...knownOf(known), since, late };
      }),

    /** Prolongs a turn; returns undefined when it has passed to another caller. */
    keepClosing: (key: string, { since, late }: Turn) =>
      run(async (): Promise<Turn | undefined> => {
        const [row] = await sql<{ since: string }[]>`
          update stripe_intents set closed_at = clock_timestamp()
          where key = ${key} and ${seconds} = ${since} returning ${seconds} as since`;
        return row && { since: row.since, late };
      }),

    /**
     * Ends a turn; the order stays closed. `isLate`: the response of its cancellation is lost, so that it may come for
     * a while. Returns false when the turn has passed to another caller.
     */
    endClosing: (key: string, { since, late }: Turn, isLate = false) =>
      run(async () => {
        const until = isLate
          ? sql`clock_timestamp() + ${span} + interval '1 day'`
          : sql`coalesce(to_timestamp(${late}::text::float8), '-infinity')`;
        const { count } = await sql`
          update stripe_intents set closed_at = ${until} where key = ${key} and ${seconds} = ${since}`;
        return count > 0;
      }),

    /** Returns how many requests for a refund have failed for good: the next one needs another idempotency key. */
    failedRefunds: (refundKey: string) =>
      run(async () => {
        const [row] = await sql<{ failed: number }[]>`select failed from stripe_refunds where key = ${refundKey}`;
        return row?.failed ?? 0;
      }),

    /** Counts a failed request that came after `failed` others; once, even if several callers report it. */
    noteFailedRefund: (refundKey: string, failed: number) =>
      run(async () => {
        await sql`
          insert into stripe_refunds (key, failed) values (${refundKey}, ${failed + 1})
          on conflict (key) do update set failed = greatest(stripe_refunds.failed, excluded.failed)`;
      }),

    /** Stores why an order's card was declined, the first time. */
    noteDecline: (key: string, reason: DeclineReason) =>
      run(async () => {
        await sql`update stripe_intents set declined = coalesce(declined, ${reason}) where key = ${key}`;
      }),
  };
}

type Row = Omit<KnownIntent, 'declined'> & { declined: string | null };

const knownOf = (row: Row): KnownIntent => ({
  ...row,
  declined: declineReasons.find((reason) => reason === row.declined) ?? null,
});
