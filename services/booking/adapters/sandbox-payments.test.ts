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
        select (coalesce((select amount from sandbox_charges where key = ${key} and status = 'succeeded'), 0) -
          coalesce((select sum(amount) from sandbox_refunds where charge_key = ${key}), 0))::int as amount`;
      return row!.amount;
    },
    close: drop,
  };
});
