import type { PaymentProvider } from './payment-provider.ts';
import type { UnfinishedPayments } from './unfinished-payments.ts';

/**
 * Rejects while the database has unfinished payments or refunds that another provider (or the same in its other mode)
 * must end: a process that replaces one with other keys would leave them so. Calls `onUnfinished` once. When there are
 * none any more it stops asking, for later payments are this provider's.
 */
export function paymentDuty(
  unfinishedPayments: Pick<UnfinishedPayments, 'elsewhere'>,
  { name }: Pick<PaymentProvider, 'name'>,
  onUnfinished: (error: Error) => void = () => {},
): () => Promise<void> {
  let isFree = false;
  let isTold = false;
  return async () => {
    if (isFree) return;
    const elsewhere = Object.entries(await unfinishedPayments.elsewhere(name));
    isFree = elsewhere.length === 0;
    if (isFree) return;
    const error = new Unfinished(name, elsewhere);
    if (!isTold) onUnfinished(error);
    isTold = true;
    throw error;
  };
}

class Unfinished extends Error {
  constructor(name: string, elsewhere: [name: string, count: number][]) {
    const whose = elsewhere.map(([other, count]) => `${count} by ${other}`).join(', ');
    super(
      `payments and refunds are under way that ${name} can’t end: ${whose}; start with that provider’s key until they are done`,
    );
    this.name = 'Unfinished';
  }
}
