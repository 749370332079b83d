import { fold } from '../query/text.ts';
import { citiesOfEurope } from './cities-of-europe.ts';
import { citiesOfTheWorld } from './cities-of-the-world.ts';
import {
  countryCodes,
  countryLanguages,
  countryWords,
  homeNations,
  moreCountryNames,
  ownCountryNames,
} from './countries.ts';

/**
 * A city or a country: the code by which an event has it, the folded parts of a location that mean it, and the names to
 * look for, each by its fold.
 */
export type Place = { kind: 'city' | 'country'; code: string; parts: string[]; names: Map<string, string> };

/** Returns the codes of the city and the country that a part of a location text names, in any language. */
export const placeCodes = (part: string): string[] =>
  placesByKey()
    .get(keyOf(part))
    ?.map(({ code }) => code) ?? [];

/** Returns the part of a location text that names a city, the last one; null when none is known. */
export function cityIn(location: string): string | null {
  const parts = location.split(/\s*,\s*/);
  return parts.findLast((part) => placeCodes(part).some((code) => !isCountry(code))) ?? null;
}

/** No word or name is like it: it begins with a sign, and has several. */
const codeOf = (kind: Place['kind'], key: string) => `:${kind}:${key}`;

export const isCountry = (code: string): boolean => code.startsWith(codeOf('country', ''));

/** Returns the name of a place in its own language, folded, for a code; undefined for a term that is none. */
export const nameOfCode = (term: string): string | undefined => /^:(?:city|country):(.*)$/.exec(term)?.[1];

let known: Place[] | undefined;

/** Every city and country. */
export function allPlaces(): readonly Place[] {
  known ??= [...readCities(), ...readCountries()];
  return known;
}

let byKey: Map<string, Place[]> | undefined;

function placesByKey(): Map<string, Place[]> {
  if (byKey) return byKey;
  byKey = new Map();
  for (const place of allPlaces()) {
    for (const key of place.parts) byKey.set(key, [...(byKey.get(key) ?? []), place]);
  }
  return byKey;
}

const signs = /[^\p{L}\p{N}\p{M}]+/gu;
const keyOf = (name: string) => fold(name).replace(signs, ' ').trim();

/** `~X`: a name to look for only. `=X`: a name in addresses only. */
function placeOf(kind: Place['kind'], written: string[]): Place {
  const place: Place = { kind, code: codeOf(kind, keyOf(written[0]!)), parts: [], names: new Map() };
  for (const entry of written) {
    const name = entry.replace(/^[~=]/, '');
    const key = keyOf(name);
    if (!entry.startsWith('~') && !place.parts.includes(key)) place.parts.push(key);
    if (!entry.startsWith('=') && !place.names.has(key)) place.names.set(key, name);
  }
  return place;
}

const readCities = () =>
  `${citiesOfEurope}${citiesOfTheWorld}`
    .split('\n')
    .filter(Boolean)
    .map((line) => placeOf('city', line.split(', ')));

function readCountries(): Place[] {
  const inLanguages = countryLanguages.map(
    (language) => new Intl.DisplayNames(language, { type: 'region', fallback: 'none' }),
  );
  const countries = countryCodes.split(' ').map((code) => {
    // "Myanmar (Burma)" is no name that anyone types.
    const named = inLanguages.flatMap((names) => names.of(code)?.replace(/\s*[(（].*[)）]/, '') ?? []);
    const plain = named.filter((name) => !countryWords.has(keyOf(name)));
    const own = ownCountryNames.filter((entry) => entry.startsWith(`${code} `)).map((entry) => entry.slice(3));
    return [code, placeOf('country', [...plain, ...own, ...(moreCountryNames[code] ?? [])])] as const;
  });
  const kingdom = new Map(countries).get('GB')?.names ?? [];
  const nations = homeNations.map((written) => {
    const nation = placeOf('country', written);
    return { ...nation, names: new Map([...nation.names, ...kingdom]) };
  });
  return [...countries.map(([, country]) => country), ...nations];
}
