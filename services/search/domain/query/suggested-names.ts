import type { EventDocument } from '../index/event-document.ts';
import { placesBegun } from '../relevance/named-places.ts';
import { articles, noiseWords } from '../relevance/noise-words.ts';
import { allPlaces } from '../relevance/places.ts';
import { lookalike, spellings } from '../relevance/spellings.ts';
import { transliterations } from '../relevance/transliterate.ts';
import { type City, cityName, cityOf } from './city-names.ts';
import { chunks, fold, isUnspaced, wordsOf } from './text.ts';

export const nameKinds = ['event', 'performer', 'venue', 'city'] as const;
export type NameKind = (typeof nameKinds)[number];

/** A longer name is not suggested: an index could not keep it as one term. */
const longestName = 1000;
const longestStart = 128;
const mostStarts = 12;

/** A text that somebody types, as an index looks for it. */
export type NameQuery = {
  /** By `beginningsOf`: a name must begin with one of these. */
  beginnings: string[];
  /** By `citiesCalled`: these whole starts of cities count as beginnings of theirs, too. */
  cities: string[];
  /** Milliseconds since 1970: only names of events at or after it are found. */
  now: number;
  size: number;
};

/** Names that begin as typed, the best of each kind first. */
export type Suggestions = {
  events: Pick<EventDocument, 'uuid' | 'name' | 'date' | 'location'>[];
  performers: { name: string }[];
  venues: { location: string }[];
  cities: City[];
};

/** Returns the names of an event that are suggested, each once; that of a city is a `cityName`. */
export function suggestedNames({ name, performers, location, city, country }: Named): Record<NameKind, string[]> {
  const fit = (names: string[]) => [...new Set(names)].filter((one) => one.length <= longestName && /\S/.test(one));
  return {
    event: fit([name]),
    performer: fit(performers),
    venue: fit([location]),
    city: fit(city ? [cityName({ name: city, country })] : []),
  };
}

type Named = Pick<EventDocument, 'name' | 'performers' | 'location' | 'city' | 'country'>;
/** The beginnings of a name, and those of its later words: folded words with a space between, to the end of the name. */
export type Starts = { whole: string[]; inner: string[] };

/** Returns where a name may begin for somebody who types: at its first word, an article apart, or at a later one. */
export function startsOf(kind: NameKind, name: string): Starts {
  const own = kind === 'city' ? cityOf(name).name : name;
  // After the hall come its city and country, which are no beginnings of its name.
  const [hall = ''] = kind === 'venue' ? own.split(',') : [own];
  const [whole, inner] = [new Set<string>(), new Set<string>()];
  for (const [i, words] of written(own).entries()) {
    const count = kind === 'venue' ? (written(hall)[i]?.length ?? 1) : words.length;
    for (let at = 0; at < count; at++) {
      const start = words.slice(at).join(' ').slice(0, longestStart);
      if (at === 0 || (at === 1 && articles.has(words[0]!))) whole.add(start);
      else if (!noiseWords.has(words[at]!)) inner.add(start);
    }
    for (const start of insideOf(words)) inner.add(start);
  }
  const later = [...inner].filter((start) => start !== '' && !whole.has(start));
  return { whole: [...whole].filter(Boolean), inner: later.slice(0, mostStarts) };
}

/** The words of a name in its ways to be written: "Ke$ha" → ke ha, kesha; "AC/DC" → ac dc, acdc; "Кино" → кино, kino. */
function written(name: string): string[][] {
  const ways = spellings(name).flatMap((folded) => {
    const pieces = chunks(folded);
    const words = pieces.flatMap(wordsOf);
    if (isPlain.test(folded)) return [words];
    // A name of signs alone.
    if (words.length === 0) return [[pieces.join('')]];
    return [
      words,
      pieces.map(lookalike).flatMap(wordsOf),
      pieces.map((piece) => wordsOf(piece).join('')).filter(Boolean),
      words.map((word) => transliterations(word)[0] ?? word),
    ];
  });
  return [...new Map(ways.map((words) => [words.join(' '), words])).values()];
}

/** Such a name is written in one way. */
const isPlain = /^[a-z0-9\s]*[a-z0-9][a-z0-9\s]*$/;

/** Within a script without spaces any character may begin a word. */
const insideOf = ([first = '']: string[]): string[] =>
  isUnspaced(first) ? [...first].slice(1).map((_, at) => [...first].slice(at + 1).join('')) : [];

/** Returns the folded beginnings that a text asks for: its words as typed, and run together. None for a text of spaces. */
export function beginningsOf(text: string): string[] {
  const pieces = chunks(fold(text));
  const words = pieces.flatMap(wordsOf);
  const found = words.length === 0 ? [pieces.join('')] : [words.join(' '), words.join('')];
  return [...new Set(found)].map((one) => one.slice(0, longestStart)).filter(Boolean);
}

/** Beginnings of fewer letters are those of cities without number. */
const leastOfOtherName = 3;
const mostCities = 30;

/** Returns the starts of cities that have another name with such a beginning: "mun" is that of Munich, so of münchen. */
export function citiesCalled(beginnings: string[]): string[] {
  const typed = beginnings.filter((one) => one.length >= leastOfOtherName || isUnspaced(one));
  const begun = new Set(typed.flatMap((one) => placesBegun(one.replaceAll(' ', ''))));
  const cities = allPlaces().filter(({ kind, code }) => kind === 'city' && begun.has(code));
  return cities.flatMap(({ parts }) => parts.map(startOf)).slice(0, mostCities);
}

const startOf = (name: string): string => chunks(fold(name)).flatMap(wordsOf).join(' ');
