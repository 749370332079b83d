import { type Db, sqlState } from '../../../../shared/db/client.ts';
import { type DeclineReason, declineReasons } from '../../domain/payment/payment-provider.ts';

/**
 * What we know of an order's PaymentIntent. Of a closed one nothing may be confirmed any more. `declined` says why its card was;
 * whether the intent ended by that, only Stripe knows.
 */
export type KnownIntent = { intentId: string | null; closed: boolean; declined: DeclineReason | null };

/** SQLSTATE: a row with this key is there already. */
const uniqueViolation = '23505';

export type StripeIntents = ReturnType<typeof stripeIntents>;

/**
 * The PaymentIntent of each order, in PostgreSQL: the id is written down before money can move, so that from then on everybody
 * asks for the same one; and whoever closes an order first keeps its intent from being confirmed.
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

    /** The order that an intent was written down for. */
    keyOf: (intentId: string) =>
      run(async (): Promise<string | undefined> => {
        const [row] = await sql<{ key: string }[]>`select key from stripe_intents where intent_id = ${intentId}`;
        return row?.key;
      }),

    /** Writes an intent down, unless there is one or the order is closed; returns what stands. */
    remember: (key: string, intentId: string): Promise<KnownIntent> => {
      const write = () =>
        one(sql<Row[]>`
          insert into stripe_intents (key, intent_id) values (${key}, ${intentId})
          on conflict (key) do update set
            intent_id = case when stripe_intents.closed_at is null
              then coalesce(stripe_intents.intent_id, excluded.intent_id) else stripe_intents.intent_id end
          returning ${columns}`);
      // A twin that writes the same at the same moment is met at the intent's own index, if that comes first: its row is
      // there then, and is found by its key.
      return run(() =>
        write().catch((error) => (sqlState(error) === uniqueViolation ? write() : Promise.reject(error))),
      );
    },

    /** Closes an order; returns what stands. */
    close: (key: string) =>
      run(() =>
        one(sql<Row[]>`
          insert into stripe_intents (key, closed_at) values (${key}, now())
          on conflict (key) do update set closed_at = coalesce(stripe_intents.closed_at, now())
          returning ${columns}`),
      ),

    /** How many requests for a refund have failed for good: the next one needs another idempotency key. */
    failedRefunds: (refundKey: string) =>
      run(async () => {
        const [row] = await sql<{ failed: number }[]>`select failed from stripe_refunds where key = ${refundKey}`;
        return row?.failed ?? 0;
      }),

    /** Counts one that came after `failed` others; once, whoever tells. */
    noteFailedRefund: (refundKey: string, failed: number) =>
      run(async () => {
        await sql`
          insert into stripe_refunds (key, failed) values (${refundKey}, ${failed + 1})
          on conflict (key) do update set failed = greatest(stripe_refunds.failed, excluded.failed)`;
      }),

    /** Keeps why an order's card was declined, the first time. */
    noteDecline: (key: string, reason: DeclineReason) =>
      run(async () => {
        await sql`update stripe_intents set declined = coalesce(declined, ${reason}) where key = ${key}`;
      }),
  };
}

type Row = Omit<KnownIntent, 'declined'> & { declined: string | null };
