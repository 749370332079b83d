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

type Status = 'succeeded' | 'declined' | 'voided' | 'refunded';

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
    refund: (key) =>
      answered(async () => {
        await run(
          () => sql`update sandbox_charges set status = 'refunded' where key = ${key} and status = 'succeeded'`,
        );
      }),
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
