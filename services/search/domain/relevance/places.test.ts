import { describe, expect, test } from 'bun:test';
import { words } from '../query/text.ts';
import { placesNamed } from './named-places.ts';
import { allPlaces, type Place, placeCodes } from './places.ts';

/** Returns whether who looks for a name finds what takes place there. */
const isNamed = (part: string, name: string) =>
  placesNamed(words(name)).some((code) => placeCodes(part).includes(code));

test.each([
  ['München', ['Muenchen', 'Monaco di Baviera', 'Monachium', 'Мюнхен']],
  ['munich', ['München']],
  ['KÖLN', ['Cologne', 'Colonia', 'Keulen', 'Koeln']],
  ['Praha', ['Prague', 'Prag', 'Praga']],
  ['東京', ['Tokyo', 'Tokio']],
  ['서울', ['Seoul', 'Seul', 'Сеул']],
  ['Київ', ['Kyiv', 'Kiev', 'Киев']],
  ['Αθήνα', ['Athens', 'Athen']],
  ['Athens', ['Αθήνα', 'Athen']],
  ['New York', ['NYC', 'Nueva York']],
  ['Los Angeles', ['LA']],
  ['Den Haag', ['The Hague', "'s-Gravenhage"]],
  ['Saint-Denis', ['St. Denis']],
  ['saint denis', ['St. Denis']],
  ['İstanbul', ['Estambul', 'Стамбул']],
  ['กรุงเทพมหานคร', ['Bangkok']],
  ['القاهرة', ['Cairo', 'Le Caire']],
  ['Japan', ['日本', 'Japon', 'Giappone', 'Япония', '일본']],
  ['UK', ['United Kingdom', 'Great Britain', 'Vereinigtes Königreich', '英国']],
  ['US', ['USA', 'Estados Unidos', 'США']],
  ['USA', ['United States', 'Stati Uniti']],
  ['Türkiye', ['Turkey', 'Türkei', 'Turquie']],
  ['Czechia', ['Czech Republic', 'Tschechien']],
  ['England', ['Angleterre', 'United Kingdom']],
  ['Hong Kong', ['香港', 'Гонконг']],
])('%s is also found by %j', (part, names) =>
  expect((names as string[]).filter((name) => !isNamed(part as string, name))).toEqual([]),
);

test.each([['Wembley Stadium'], [''], ['LA'], ['SF'], ['Valence']])('%s is no place with other names', (part) =>
  expect(placeCodes(part)).toEqual([]),
);

test('names that are words of other things are not given', () => {
  for (const name of ['indie', 'us']) expect(placesNamed([name])).toEqual([]);
  expect(isNamed('Georgia', 'Georgien')).toBe(false);
});

test('the nations of the United Kingdom are no names of each other', () => {
  expect(isNamed('Scotland', 'England')).toBe(false);
  expect(isNamed('United Kingdom', 'England')).toBe(false);
});

describe('a name belongs to one place', () => {
  const places = allPlaces();
  const shared = (kind: Place['kind'], other: Place['kind']) => {
    const owners = new Map(places.filter((p) => p.kind === kind).flatMap((p) => p.parts.map((key) => [key, p])));
    const names = places
      .filter((p) => p.kind === other)
      .flatMap((p) => p.parts.filter((key) => owners.has(key) && owners.get(key) !== p));
    return [...new Set(names)].sort();
  };

  test('no two cities share one', () => expect(shared('city', 'city')).toEqual([]));

  test('countries share one where two have the same name', () => {
    expect(shared('country', 'country')).toEqual(['saint martin', 'виргинские о ва', '刚果', '剛果']);
  });

  test('a city shares one with its own country only', () => {
    const countries = new Set(places.filter((p) => p.kind === 'country').flatMap((p) => p.parts));
    const cities = places.filter((p) => p.kind === 'city' && p.parts.some((part) => countries.has(part)));
    expect(cities.map((city) => city.parts[0])).toEqual(['luxembourg', '香港', '澳門', 'singapore']);
  });
});

test('the data names about 300 cities, each with another name', () => {
  const cities = allPlaces().filter((place) => place.kind === 'city');
  expect(cities.length).toBeGreaterThan(300);
  expect(cities.filter((city) => city.names.size < 2)).toEqual([]);
});
