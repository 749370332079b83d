const codes = (text: string) => new Set(text.split(' '));

/** ISO 4217: currencies whose minor unit is not a hundredth. */
const iso = [
  [0, codes('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF')],
  [3, codes('BHD IQD JOD KWD LYD OMR TND')],
  [4, codes('CLF UYW')],
] as const;

/** Stripe's list (docs.stripe.com/currencies), which differs: it counts ISK and UGX in hundredths and MGA in whole ones. */
const stripe = [
  [0, codes('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF')],
  [3, codes('BHD JOD KWD OMR TND')],
] as const;

const decimals = (list: typeof iso | typeof stripe, currency: string) =>
  list.find(([, currencies]) => currencies.has(currency))?.[0] ?? 2;

const shift = (currency: string) => decimals(stripe, currency) - decimals(iso, currency);

/** Minor units of ISO 4217 as Stripe counts them. Throws when Stripe has no such amount. */
export function toStripeAmount(amount: number, currency: string): number {
  const by = shift(currency);
  const there = by < 0 ? amount / 10 ** -by : amount * 10 ** by;
  // Of currencies with three decimals Stripe takes no last one.
  const step = decimals(stripe, currency) === 3 ? 10 : 1;
  if (there % step === 0) return there;
  throw new Error(`Stripe can't charge ${amount} minor units of ${currency}`);
}

/** The other way round. */
export function fromStripeAmount(amount: number, currency: string): number {
  const by = shift(currency.toUpperCase());
  return by < 0 ? amount * 10 ** -by : amount / 10 ** by;
}
