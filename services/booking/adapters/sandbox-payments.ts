import type { Db } from '../../../shared/db/client.ts';
import { type ChargeOutcome, type PaymentProvider, PaymentUnanswered } from '../domain/payment-provider.ts';

/** Payment methods that do not simply succeed; every other uuid does. */
export const sandboxMethods = {
  /** The card is declined. */
  declined: '00000000-0000-4000-8000-000000000002',
  /** The money is taken, but the answer never comes. */
  lostAnswer: '00000000-0000-4000-8000-000000000003',
  /** The request never arrives. */
  lostRequest: '00000000-0000-4000-8000-000000000004',
} as const;

const batchSize = 5000;

type Status = 'succeeded' | 'declined' | 'voided';

/**
 * A payment provider to try things out with: no money moves, but its books are kept like a real provider's, in a table
 * of its own and apart from the order's transactions, so that crashes and repeats can be played through.
 */
export function sandboxPayments({ sql, run }: Db): PaymentProvider {
  /** The first to write a key decides; everyone gets the outcome that stands. */
  const record = (key: string, amount: number, currency: string, status: Status): Promise<ChargeOutcome> =>
    answered(async () => {
      const [row] = await run(
        () => sql<{ status: Status }[]>`
          with mine as (
            insert into sandbox_charges (key, amount, currency, status)
            values (${key}, ${amount}, ${currency}, ${status}) on conflict (key) do nothing returning status
          )
          select status from mine union all select status from sandbox_charges where key = ${key} limit 1`,
      );
      // Written by somebody else between the two halves of the statement: it is there now.
      return row ? outcomeOf(row.status) : record(key, amount, currency, status);
    });

  return {
    async charge({ key, amount, currency, methodUuid }) {
      if (methodUuid === sandboxMethods.lostRequest) throw new PaymentUnanswered();
      const wanted = methodUuid === sandboxMethods.declined ? 'declined' : 'succeeded';
      const outcome = await record(key, amount, currency, wanted);
      if (methodUuid === sandboxMethods.lostAnswer) throw new PaymentUnanswered();
      return outcome;
    },
    close: (key) => record(key, 0, 'XXX', 'voided'),
    refund: ({ key, refundKey, amount }) =>
      answered(() =>
        run(() =>
          sql.begin(async (tx) => {
            // The charge is locked first: the statement after that sees the refunds of whoever was faster.
            const [charge] = await tx<{ amount: number }[]>`
              select amount::float8 as amount from sandbox_charges where key = ${key} and status = 'succeeded' for update`;
            if (!charge) return;
            await tx`
              insert into sandbox_refunds (key, charge_key, amount)
              select ${refundKey}, ${key}, ${amount}
              where ${amount} + (select coalesce(sum(amount), 0) from sandbox_refunds where charge_key = ${key})
                <= ${charge.amount}
              on conflict (key) do nothing`;
          }),
        ),
      ),
    async *charges() {
      for (let after = ''; ; ) {
        const rows = await answered(() =>
          run(
            () => sql<{ key: string; kept: number }[]>`
              select key, (amount - coalesce((
                select sum(amount) from sandbox_refunds r where r.charge_key = c.key), 0))::float8 as kept
              from sandbox_charges c where status = 'succeeded' and key > ${after} order by key limit ${batchSize}`,
          ),
        );
        yield* rows;
        if (rows.length < batchSize) return;
        after = rows.at(-1)!.key;
      }
    },
  };
}

const outcomeOf = (status: Status): ChargeOutcome =>
  status === 'declined' ? 'declined' : status === 'voided' ? 'voided' : 'charged';

async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new PaymentUnanswered(error);
  }
}
