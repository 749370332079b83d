import { randomUUID } from 'node:crypto';
import { testDatabase } from '../../../shared/testing/database.ts';
import { paymentConformance } from './payment-provider.conformance.ts';
import { sandboxMethods, sandboxPayments } from './sandbox-payments.ts';

paymentConformance('sandbox', async () => {
  const { db, sql, drop } = await testDatabase();
  return {
    payments: sandboxPayments(db),
    methods: { good: randomUUID(), ...sandboxMethods },
    taken: async (key) => {
      const [row] = await sql<{ amount: number }[]>`
        select coalesce(sum(amount), 0)::int as amount from sandbox_charges where key = ${key} and status = 'succeeded'`;
      return row!.amount;
    },
    close: drop,
  };
});
