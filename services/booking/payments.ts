import type { Db } from '../../shared/db/client.ts';
import { sandboxPayments } from './adapters/sandbox-payments.ts';
import type { PaymentSides } from './app.ts';
import type { PaymentProvider } from './domain/payment-provider.ts';

/** The payment provider that the configuration names, with what it has besides. */
export function openPayments(db: Db): { payments: PaymentProvider } & PaymentSides {
  const sandbox = sandboxPayments(db);
  return { payments: sandbox, sandbox };
}
