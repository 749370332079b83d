import { cs } from './languages/cs.ts';
import { da } from './languages/da.ts';
import { de } from './languages/de.ts';
import { en } from './languages/en.ts';
import { es } from './languages/es.ts';
import { fr } from './languages/fr.ts';
import { it } from './languages/it.ts';
import { ja } from './languages/ja.ts';
import { nl } from './languages/nl.ts';
import type { LanguagePack } from './languages/pack.ts';
import { pl } from './languages/pl.ts';
import { pt } from './languages/pt.ts';
import { sv } from './languages/sv.ts';

export const languages = { en, es, fr, de, pt, it, da, sv, nl, pl, cs, ja } satisfies Record<string, LanguagePack>;
export type Language = keyof typeof languages;

/** Per ISO 4217 code: decimals, the approximate price of 1 US dollar, and the step that prices are rounded to. */
export const currencies = {
  USD: { digits: 2, perDollar: 1, step: 5 },
  EUR: { digits: 2, perDollar: 0.9, step: 5 },
  GBP: { digits: 2, perDollar: 0.8, step: 5 },
  BRL: { digits: 2, perDollar: 5, step: 10 },
  JPY: { digits: 0, perDollar: 150, step: 500 },
  DKK: { digits: 2, perDollar: 6.8, step: 25 },
  SEK: { digits: 2, perDollar: 10, step: 25 },
  NOK: { digits: 2, perDollar: 10, step: 25 },
  ISK: { digits: 0, perDollar: 130, step: 500 },
  CHF: { digits: 2, perDollar: 0.9, step: 5 },
  PLN: { digits: 2, perDollar: 4, step: 10 },
  CZK: { digits: 2, perDollar: 22, step: 50 },
  HUF: { digits: 2, perDollar: 350, step: 500 },
  TRY: { digits: 2, perDollar: 35, step: 50 },
  CAD: { digits: 2, perDollar: 1.4, step: 5 },
  AUD: { digits: 2, perDollar: 1.5, step: 5 },
  MXN: { digits: 2, perDollar: 18, step: 50 },
  ARS: { digits: 2, perDollar: 1000, step: 1000 },
  CLP: { digits: 0, perDollar: 950, step: 1000 },
  COP: { digits: 2, perDollar: 4000, step: 5000 },
  KRW: { digits: 0, perDollar: 1350, step: 1000 },
  INR: { digits: 2, perDollar: 80, step: 100 },
  ZAR: { digits: 2, perDollar: 18, step: 20 },
} as const;
export type Currency = keyof typeof currencies;

/** `zone` is an IANA time zone: an evening at half past seven is local. */
export type City = { name: string; language: Language; currency: Currency; zone: string };

type Row = [name: string, language: Language, currency: Currency, zone: string];

const rows: Row[] = [
  ['New York', 'en', 'USD', 'America/New_York'],
  ['Los Angeles', 'en', 'USD', 'America/Los_Angeles'],
  ['London', 'en', 'GBP', 'Europe/London'],
  ['Rio de Janeiro', 'pt', 'BRL', 'America/Sao_Paulo'],
  ['Chicago', 'en', 'USD', 'America/Chicago'],
  ['Nashville', 'en', 'USD', 'America/Chicago'],
  ['Toronto', 'en', 'CAD', 'America/Toronto'],
  ['Montréal', 'fr', 'CAD', 'America/Toronto'],
  ['Sydney', 'en', 'AUD', 'Australia/Sydney'],
  ['Dublin', 'en', 'EUR', 'Europe/Dublin'],
  ['Edinburgh', 'en', 'GBP', 'Europe/London'],
  ['Cape Town', 'en', 'ZAR', 'Africa/Johannesburg'],
  ['Mumbai', 'en', 'INR', 'Asia/Kolkata'],
  ['서울', 'en', 'KRW', 'Asia/Seoul'],
  ['Reykjavík', 'en', 'ISK', 'Atlantic/Reykjavik'],
  ['Budapest', 'en', 'HUF', 'Europe/Budapest'],
  ['İstanbul', 'en', 'TRY', 'Europe/Istanbul'],
  ['Oslo', 'en', 'NOK', 'Europe/Oslo'],
  ['Paris', 'fr', 'EUR', 'Europe/Paris'],
  ['Lyon', 'fr', 'EUR', 'Europe/Paris'],
  ['Bruxelles', 'fr', 'EUR', 'Europe/Brussels'],
  ['Genève', 'fr', 'CHF', 'Europe/Zurich'],
  ['Berlin', 'de', 'EUR', 'Europe/Berlin'],
  ['Hamburg', 'de', 'EUR', 'Europe/Berlin'],
  ['München', 'de', 'EUR', 'Europe/Berlin'],
  ['Köln', 'de', 'EUR', 'Europe/Berlin'],
  ['Wien', 'de', 'EUR', 'Europe/Vienna'],
  ['Zürich', 'de', 'CHF', 'Europe/Zurich'],
  ['Madrid', 'es', 'EUR', 'Europe/Madrid'],
  ['Barcelona', 'es', 'EUR', 'Europe/Madrid'],
  ['Sevilla', 'es', 'EUR', 'Europe/Madrid'],
  ['Málaga', 'es', 'EUR', 'Europe/Madrid'],
  ['Buenos Aires', 'es', 'ARS', 'America/Argentina/Buenos_Aires'],
  ['Ciudad de México', 'es', 'MXN', 'America/Mexico_City'],
  ['Bogotá', 'es', 'COP', 'America/Bogota'],
  ['Santiago de Chile', 'es', 'CLP', 'America/Santiago'],
  ['São Paulo', 'pt', 'BRL', 'America/Sao_Paulo'],
  ['Manaus', 'pt', 'BRL', 'America/Manaus'],
  ['Lisboa', 'pt', 'EUR', 'Europe/Lisbon'],
  ['Porto', 'pt', 'EUR', 'Europe/Lisbon'],
  ['Milano', 'it', 'EUR', 'Europe/Rome'],
  ['Roma', 'it', 'EUR', 'Europe/Rome'],
  ['Venezia', 'it', 'EUR', 'Europe/Rome'],
  ['Verona', 'it', 'EUR', 'Europe/Rome'],
  ['Napoli', 'it', 'EUR', 'Europe/Rome'],
  ['København', 'da', 'DKK', 'Europe/Copenhagen'],
  ['Aarhus', 'da', 'DKK', 'Europe/Copenhagen'],
  ['Odense', 'da', 'DKK', 'Europe/Copenhagen'],
  ['Stockholm', 'sv', 'SEK', 'Europe/Stockholm'],
  ['Göteborg', 'sv', 'SEK', 'Europe/Stockholm'],
  ['Malmö', 'sv', 'SEK', 'Europe/Stockholm'],
  ['Amsterdam', 'nl', 'EUR', 'Europe/Amsterdam'],
  ['Rotterdam', 'nl', 'EUR', 'Europe/Amsterdam'],
  ['Antwerpen', 'nl', 'EUR', 'Europe/Brussels'],
  ['Warszawa', 'pl', 'PLN', 'Europe/Warsaw'],
  ['Kraków', 'pl', 'PLN', 'Europe/Warsaw'],
  ['Łódź', 'pl', 'PLN', 'Europe/Warsaw'],
  ['Praha', 'cs', 'CZK', 'Europe/Prague'],
  ['Brno', 'cs', 'CZK', 'Europe/Prague'],
  ['Plzeň', 'cs', 'CZK', 'Europe/Prague'],
  ['東京', 'ja', 'JPY', 'Asia/Tokyo'],
  ['大阪', 'ja', 'JPY', 'Asia/Tokyo'],
  ['札幌', 'ja', 'JPY', 'Asia/Tokyo'],
];

export const cities: City[] = rows.map(([name, language, currency, zone]) => ({ name, language, currency, zone }));

/** Returns the city of that name; throws for a name that is not in the list, which is a mistake in the data. */
export function cityNamed(name: string): City {
  const city = cities.find((one) => one.name === name);
  if (!city) throw new Error(`No city is named ${name}`);
  return city;
}
