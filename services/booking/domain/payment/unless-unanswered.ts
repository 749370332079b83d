import { PaymentRefused, PaymentUnanswered } from '../errors.ts';
import type { SaleObserver } from '../observer.ts';

/** Returns undefined while the provider does not respond: nothing changes then, and a later sweep tries again. */
export async function unlessUnanswered<T>(
  observer: Pick<SaleObserver, 'paymentRefused'>,
  work: Promise<T>,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PaymentUnanswered)) throw error;
    if (error instanceof PaymentRefused) observer.paymentRefused(error.reason, error);
    return undefined;
  }
}
