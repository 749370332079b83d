import { invalid } from './failure.ts';

const codes = (text: string) => new Set(text.split(' '));

const twoDecimal = codes(
  'aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc cve ' +
    'czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd kes kgs khr kyd ' +
    'kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php ' +
    'pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah ugx usd uyu ' +
    'uzs wst xcd yer zar zmw',
);
const zeroDecimal = codes('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf');
const threeDecimal = codes('bhd jod kwd omr tnd');
/** Currencies without decimals that have two in the API, which must be 00. */
const wholeOnly = codes('isk ugx');

/** Minimum charges, in minor units, of an account that settles in the currency. */
const minimum: Record<string, number> = {
  usd: 50,
  aed: 200,
  ars: 50,
  aud: 50,
  brl: 50,
  cad: 50,
  chf: 50,
  cop: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  idr: 50,
  ils: 50,
  inr: 50,
  jpy: 50,
  krw: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  php: 50,
  pln: 200,
  ron: 200,
  rub: 50,
  sek: 300,
  sgd: 50,
  thb: 1000,
  zar: 50,
};
/** The maximum for card payments; a card's network may take fewer. */
const maxDigits = 12;

const decimalsOf = (currency: string) => (zeroDecimal.has(currency) ? 0 : threeDecimal.has(currency) ? 3 : 2);

/** An amount for a person: `35.00 usd`. */
export const money = (amount: number, currency: string): string =>
  `${(amount / 10 ** decimalsOf(currency)).toFixed(decimalsOf(currency))} ${currency}`;

/** Throws unless the currency is one that cards can be charged in. */
export function checkCurrency(currency: string): void {
  if (twoDecimal.has(currency) || zeroDecimal.has(currency) || threeDecimal.has(currency)) return;
  throw invalid(`Invalid currency: ${currency}`, 'currency');
}

/** Throws unless the amount is one that the currency allows. */
export function checkAmount(amount: number, currency: string, param = 'amount'): void {
  const least = minimum[currency] ?? 1;
  if (amount < least) throw invalid(`Amount must be at least ${money(least, currency)}`, param, 'amount_too_small');
  checkDigits(amount, currency);
  checkStep(amount, currency, param);
}

/** Throws when the amount has too many digits for a card. */
export function checkDigits(amount: number, currency: string, most = maxDigits): void {
  if (String(amount).length <= most) return;
  throw invalid(`${money(amount, currency)} has too many digits`, 'amount', 'amount_too_large');
}

/** Throws when the currency does not allow the last digits. */
export function checkStep(amount: number, currency: string, param = 'amount'): void {
  const step = threeDecimal.has(currency) ? 10 : wholeOnly.has(currency) ? 100 : 1;
  if (amount % step === 0) return;
  throw invalid(`Amounts in ${currency} must be multiples of ${step}`, param, 'invalid_charge_amount');
}
