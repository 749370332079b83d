import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { testDatabase } from '../../../../shared/testing/database.ts';
import { paymentConformance } from '../payment-provider.conformance.ts';
import { refundByHand, sandboxMethods, sandboxPayments } from './sandbox-payments.ts';

paymentConformance('sandbox', async () => {
  const { db, sql, drop } = await testDatabase();
  const payments = sandboxPayments(db);
  return {
    payments,
    methods: { good: randomUUID(), ...sandboxMethods },
    userUuid: randomUUID(),
    answer: payments.answer,
    books: async (key) => {
      const [row] = await sql<{ held: number; kept: number }[]>`
        select coalesce(sum(amount) filter (where status = 'authorised'), 0)::float8 as held,
          (coalesce(sum(amount) filter (where status = 'succeeded'), 0) -
            coalesce((select sum(amount) from sandbox_refunds where charge_key = ${key}), 0))::float8 as kept
        from sandbox_charges where key = ${key}`;
      return row!;
    },
    refundByHand: (key, amount) => sql`
      insert into sandbox_refunds (key, charge_key, amount) values (${refundByHand + randomUUID()}, ${key}, ${amount})`,
    failRefund: (_, refundKey) => sql`delete from sandbox_refunds where key = ${refundKey}`,
    dispute: (key) => sql`update sandbox_charges set disputed = true where key = ${key}`,
    winDispute: (key) => sql`update sandbox_charges set disputed = false where key = ${key}`,
    close: drop,
  };
});

test('a sandbox without a bank declines the payment that a buyer would have to approve', async () => {
  const { db, drop } = await testDatabase();
  const { authorise, find } = sandboxPayments(db, { hasBank: false });
  const payment = { key: randomUUID(), amount: 100, currency: 'USD', userUuid: randomUUID() };
  const declined = { is: 'declined', reason: 'card_declined' } as const;
  expect(await authorise({ ...payment, methodUuid: sandboxMethods.requiresAction })).toEqual(declined);
  expect(await find(payment.key)).toEqual(declined);
  await drop();
});
