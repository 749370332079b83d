import { type Db, sqlState } from '../../../../shared/db/client.ts';
import { type DeclineReason, declineReasons } from '../../domain/payment/payment-provider.ts';

/**
 * The stored part of an order's PaymentIntent. A closed one must not be confirmed any more. `declined` is why its card
 * was declined; only Stripe knows whether the intent has ended.
 */
export type KnownIntent = { intentId: string | null; closed: boolean; declined: DeclineReason | null };

/** SQLSTATE: a row with this key is there already. */
const uniqueViolation = '23505';

export type StripeIntents = ReturnType<typeof stripeIntents>;

/**
 * The PaymentIntent of each order, in PostgreSQL. The id is stored before money can move, so that all callers use the
 * same intent; once an order is closed its intent is never confirmed.
 */
export function stripeIntents({ sql, run }: Db) {
  const columns = sql`intent_id as "intentId", closed_at is not null as closed, declined`;
  const one = async (rows: PromiseLike<Row[]>): Promise<KnownIntent> => {
    const [row] = await rows;
    return { ...row!, declined: declineReasons.find((reason) => reason === row!.declined) ?? null };
  };

  return {
    find: (key: string) =>
      run(async (): Promise<KnownIntent | undefined> => {
        const rows = await sql<Row[]>`select ${columns} from stripe_intents where key = ${key}`;
        return rows.length > 0 ? one(Promise.resolve(rows)) : undefined;
      }),

    /** Returns the order of a stored intent. */
    keyOf: (intentId: string) =>
      run(async (): Promise<string | undefined> => {
        const [row] = await sql<{ key: string }[]>`select key from stripe_intents where intent_id = ${intentId}`;
        return row?.key;
      }),

    /** Stores an intent, unless there is one or the order is closed; returns the stored one. */
    remember: (key: string, intentId: string): Promise<KnownIntent> => {
      const write = () =>
        one(sql<Row[]>`
          insert into stripe_intents (key, intent_id) values (${key}, ${intentId})
          on conflict (key) do update set
            intent_id = case when stripe_intents.closed_at is null
              then coalesce(stripe_intents.intent_id, excluded.intent_id) else stripe_intents.intent_id end
          returning ${columns}`);
      // A concurrent writer of the same row may conflict at the intent's own index first: its row is there then, and is
      // found by its key.
      return run(() =>
        write().catch((error) => (sqlState(error) === uniqueViolation ? write() : Promise.reject(error))),
      );
    },

    /** Closes an order; returns the stored intent. */
    close: (key: string) =>
      run(() =>
        one(sql<Row[]>`
          insert into stripe_intents (key, closed_at) values (${key}, now())
          on conflict (key) do update set closed_at = coalesce(stripe_intents.closed_at, now())
          returning ${columns}`),
      ),

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
