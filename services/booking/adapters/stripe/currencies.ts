// Currencies of card payments, from "Supported currencies", https://docs.stripe.com/currencies: its sections "Supported
// presentment currencies", "Zero-decimal currencies", "Special cases" and "Minimum and maximum charge amounts".
// Three-decimal currencies: https://docs.stripe.com/currencies#three-decimal. Amounts here are in the units of Stripe's
// API.

const codes = (text: string) => new Set(text.split(' '));

export const zeroDecimal = codes('BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF');

/** Stripe takes no last decimal of these: it must be 0. */
export const threeDecimal = codes('BHD JOD KWD OMR TND');

/** Currencies without decimals that have two in the API, which must be 00. */
export const wholeOnly = codes('ISK UGX');

const twoDecimal = codes(
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP CRC CVE ' +
    'CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR JMD KES KGS KHR KYD KZT ' +
    'LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR ' +
    'PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP TRY TTD TWD TZS UAH USD UYU UZS WST ' +
    'XCD YER ZAR ZMW',
);

/** ISO 4217 codes; which of them an account can use depends on its country, and only Stripe knows. */
export const supported = new Set([...twoDecimal, ...zeroDecimal, ...threeDecimal, ...wholeOnly]);

/**
 * Minimum charges for an account that settles in the same currency. An account that settles in another must reach the
 * minimum of that one after conversion, at a rate that only Stripe knows.
 */
export const minimum: Record<string, number> = {
  USD: 50,
  AED: 200,
  ARS: 50,
  AUD: 50,
  BRL: 50,
  CAD: 50,
  CHF: 50,
  COP: 50,
  CZK: 1500,
  DKK: 250,
  EUR: 50,
  GBP: 30,
  HKD: 400,
  HUF: 17_500,
  IDR: 50,
  ILS: 50,
  INR: 50,
  JPY: 50,
  KRW: 50,
  MXN: 1000,
  MYR: 200,
  NOK: 300,
  NZD: 50,
  PHP: 50,
  PLN: 200,
  RON: 200,
  RUB: 50,
  SEK: 300,
  SGD: 50,
  THB: 1000,
  ZAR: 50,
};

/** Card payments have at most twelve digits; nine with American Express, which is known only when the card is. */
export const maximum = 999_999_999_999;

/** ISO 4217: currencies whose minor unit is not a hundredth. */
export const isoDecimals = [
  [0, codes('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF')],
  [3, codes('BHD IQD JOD KWD LYD OMR TND')],
  [4, codes('CLF UYW')],
] as const;
