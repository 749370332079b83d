import type { EventDocument } from '../index/event-document.ts';
import { utcOffset } from '../index/local-date.ts';
import { chunks, isUnspaced, longestWord, pairs, wordsOf } from '../query/text.ts';
import { remembering } from '../remembering.ts';
import { dateTokens } from './date-words.ts';
import { nameKeys, performerParts, titleParts } from './names.ts';
import { isCountry, placeCodes } from './places.ts';
import { lookalike, spellings } from './spellings.ts';
import { transliterations } from './transliterate.ts';

/** Where an event has a word. The lead is who the event is about; support are others who play. */
export const wordFields = ['lead', 'title', 'support', 'place', 'about', 'when'] as const;
/** Where an event has a name, as one key: see `nameKeys`. Parts are artists within the name of a lead. */
export const nameFields = ['leadName', 'partName', 'titleName', 'supportName', 'placeName'] as const;

/** Fields taken together, where a search for each alone would cost too much. */
export const together = {
  act: ['lead', 'title'],
  anyWord: ['lead', 'title', 'support', 'place'],
  anyName: nameFields,
} as const satisfies Record<string, readonly KeptField[]>;

type KeptField = (typeof wordFields)[number] | (typeof nameFields)[number];

export type Field = KeptField | keyof typeof together;

/** The fields that a field stands for. */
export const fieldsOf = (field: Field): readonly KeptField[] =>
  field in together ? together[field as keyof typeof together] : [field as KeptField];

/** Returns the terms of fields that are taken together, each once. */
export const togetherOf = (terms: Terms): Record<keyof typeof together, string[]> =>
  Object.fromEntries(
    Object.entries(together).map(([all, fields]) => [all, unique(fields.flatMap((field) => terms[field]))]),
  ) as Record<keyof typeof together, string[]>;

/** All that an event is found by, each term once a field. Every index keeps these, so every index finds the same. */
export type Terms = Record<KeptField, string[]>;

type Described = Pick<
  EventDocument,
  | ('name' | 'description' | 'category' | 'genre' | 'performers')
  | ('date' | 'time_zone' | 'local_date' | 'location' | 'venue_name' | 'city' | 'country')
>;

export function termsOf(event: Described): Terms {
  const { name, performers } = event;
  const places = placeParts(event).map(placeOf);
  const placeKeys = new Set(places.flatMap(({ ownKeys }) => ownKeys));
  // "Live in Berlin" says where, and has no more to do with the band Berlin than any event there.
  const title = titleParts(name)
    .map(titlePartOf)
    .filter(({ keys }, i) => i === 0 || !keys.some((key) => placeKeys.has(key)));
  const titleWords = unique(title.flatMap(({ words }) => words));
  const titleKeys = title.flatMap(({ keys }) => keys);
  const { leads, supports } = billing(performers.map(performerOf), new Set(titleKeys), new Set(titleWords));
  return {
    lead: unique(leads.flatMap(({ words }) => words)),
    title: titleWords,
    support: unique(supports.flatMap(({ words }) => words)),
    place: unique(places.flatMap(({ words }) => words)),
    about: unique(allWords(`${event.description} ${event.category ?? ''} ${event.genre ?? ''}`)),
    when: dateTokens(event.local_date, utcOffset(event.date, event.time_zone)),
    leadName: unique(leads.flatMap(({ keys }) => keys)),
    partName: unique(leads.flatMap(({ partKeys }) => partKeys)),
    titleName: unique([...titleKeys, ...(title.some(({ part }) => part === name) ? [] : nameKeys(name))]),
    supportName: unique(supports.flatMap(({ keys }) => keys)),
    placeName: unique(places.flatMap(({ keys }) => keys)),
  };
}

/** An event of which nothing is known. */
export const noTerms: Terms = Object.fromEntries([...wordFields, ...nameFields].map((field) => [field, []])) as never;

/** The terms of a place alone. */
export function placeTerms(location: string): Terms {
  const places = location.split(/\s*,\s*/).map(placeOf);
  const [place, placeName] = [places.flatMap(({ words }) => words), places.flatMap(({ keys }) => keys)];
  return { ...noTerms, place: unique(place), placeName: unique(placeName) };
}

/** The parts of the place's name, with the city and the country where the location leaves them out. */
const placeParts = ({ location, venue_name, city, country }: Described): string[] =>
  unique([...location.split(/\s*,\s*/), venue_name ?? '', city ?? '', nameOf(country)]).filter(Boolean);

/** ISO 3166-1's code says nothing to people. */
const nameOf = (country: string | null): string =>
  country !== null && /^[A-Z]{2}$/.test(country) ? (english.of(country) ?? '') : '';

const english = new Intl.DisplayNames(['en'], { type: 'region' });

/**
 * Who the event is about: the performers whom the title names; if it names none, one or two performers are the event,
 * and of more, as at a festival, each is one of many.
 */
function billing(performers: Performer[], titleKeys: Set<string>, titleWords: Set<string>) {
  const isNamed = ({ keys, ownWords }: Performer) =>
    keys.some((key) => titleKeys.has(key)) || isWithin(ownWords, titleWords);
  const named = performers.filter(isNamed);
  const leads = named.length > 0 ? named : performers.length <= 2 ? performers : [];
  return { leads, supports: performers.filter((performer) => !leads.includes(performer)) };
}

const mostRemembered = 10_000;

/** Remembers what it made of a text: names of performers and places and the parts of titles come again and again. */
function remembered<T>(make: (text: string) => T): (text: string) => T {
  const known = remembering<T>(mostRemembered);
  return (text) => known(text, () => make(text));
}

const titlePartOf = remembered((part) => {
  const keys = nameKeys(part);
  return { part, words: withName(part, keys), keys };
});

type Performer = { ownWords: string[]; words: string[]; keys: string[]; partKeys: string[] };

const performerOf = remembered((name): Performer => {
  const keys = nameKeys(name);
  const partKeys = performerParts(name).flatMap(nameKeys);
  return { ownWords: allWords(name), words: withName(name, keys), keys, partKeys };
});

/**
 * A part of a place's name: a hall, a city, a country. A city or a country has a code, too, by which a search that
 * names it in any language finds it. A country has nothing else: one who looks for Manchester United does not mean the
 * United Kingdom.
 */
const placeOf = remembered((part) => {
  const keys = nameKeys(part);
  const codes = placeCodes(part);
  const words = codes.length > 0 && codes.every(isCountry) ? [] : withName(part, keys);
  return { ownKeys: keys, words: [...words, ...codes], keys: [...keys, ...codes] };
});

/** The words of a name, and the name as one word: Lady Gaga → lady, gaga, ladygaga. */
const withName = (name: string, keys: string[]): string[] => [...allWords(name), ...keys.filter(isOneWord)];

const isOneWord = (key: string): boolean => key.length <= longestWord && !key.includes(' ');

/** The words of a text in all their spellings. What signs join is a word, too: AC/DC → ac, dc, acdc. */
function allWords(text: string): string[] {
  return spellings(text).flatMap((folded) => chunks(folded).flatMap(chunkWords));
}

function chunkWords(chunk: string): string[] {
  if (isPlain.test(chunk)) return [chunk.slice(0, longestWord)];
  const parts = wordsOf(chunk);
  const found = parts.flatMap((part) => {
    if (isUnspaced(part)) return [...part, ...pairs(part), ...transliterations(part)];
    return [part, ...transliterations(part)];
  });
  if (parts.length > 1) found.push(parts.join(''));
  const other = lookalike(chunk);
  if (other !== chunk) found.push(wordsOf(other).join(''));
  return found;
}

const isPlain = /^[a-z0-9]+$/;

/** Of a few terms a set takes longer. */
const unique = (terms: string[]): string[] =>
  terms.length > 16 ? [...new Set(terms)] : terms.filter((term, at) => terms.indexOf(term) === at);

/** A name of signs alone has no words, and is within nothing. */
const isWithin = (some: string[], all: Set<string>): boolean => some.length > 0 && some.every((word) => all.has(word));
