import { AmountNotChargeable } from '../../domain/errors.ts';
import type { AmountBounds } from '../../domain/payment/payment-provider.ts';
import { isoDecimals, maximum, minimum, supported, threeDecimal, wholeOnly, zeroDecimal } from './currencies.ts';

const stripeDecimals = (currency: string) => (zeroDecimal.has(currency) ? 0 : threeDecimal.has(currency) ? 3 : 2);
const decimals = (currency: string) => isoDecimals.find(([, currencies]) => currencies.has(currency))?.[0] ?? 2;
const shift = (currency: string) => stripeDecimals(currency) - decimals(currency);

/** The step in which Stripe counts a currency. */
const stripeStep = (currency: string) => (threeDecimal.has(currency) ? 10 : wholeOnly.has(currency) ? 100 : 1);

/**
 * Returns the amounts that Stripe charges in a currency, in minor units of ISO 4217; undefined when it charges none.
 */
export function boundsOf(currency: string): AmountBounds | undefined {
  if (!supported.has(currency)) return undefined;
  const step = stripeStep(currency);
  return {
    min: fromStripeAmount(Math.max(minimum[currency] ?? 1, step), currency),
    max: fromStripeAmount(maximum - (maximum % step), currency),
    step: fromStripeAmount(step, currency),
  };
}

/** Converts minor units of ISO 4217 to Stripe's. Throws `AmountNotChargeable` when Stripe has no such amount. */
export function toStripeAmount(amount: number, currency: string): number {
  const bounds = boundsOf(currency);
  if (!bounds || amount % bounds.step !== 0) throw new AmountNotChargeable({ amount, currency, bounds });
  return shifted(amount, shift(currency));
}

/** Like `toStripeAmount`, rounded up: one ticket's price may have decimals that the sum of an order does not. */
export function toStripeAmountUp(amount: number, currency: string): number {
  const step = fromStripeAmount(stripeStep(currency), currency);
  return shifted(Math.ceil(amount / step) * step, shift(currency));
}

/** Converts Stripe's units to minor units of ISO 4217. */
export function fromStripeAmount(amount: number, currency: string): number {
  return shifted(amount, -shift(currency.toUpperCase()));
}

const shifted = (amount: number, by: number) => (by < 0 ? amount / 10 ** -by : amount * 10 ** by);
