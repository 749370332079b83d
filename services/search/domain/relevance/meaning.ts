import { chunks, fold, isUnspaced, pairs, wordsOf } from '../query/text.ts';
import { dateWordsAt, isOfDay } from './date-words.ts';
import { type NamedPlaces, placesIn, placesNamed, placesWithin } from './named-places.ts';
import { keysOfWords, nameKey } from './names.ts';
import { noiseWords } from './noise-words.ts';
import { editsAllowed, inflections, mayBegin } from './spellings.ts';
import type { Field } from './terms.ts';

/** One way to have what is asked for: any of these terms, in one of these fields, each with its score. */
export type Option = {
  /**
   * As it is; as a beginning; with so many edits at most, where swapped neighbours are one edit; or as a beginning with
   * one edit at most, by `nearBeginning`.
   */
  how: 'is' | 'begins' | 'near1' | 'near2' | 'begins1';
  terms: string[];
  scores: Partial<Record<Field, number>>;
};

/** One thing that is asked for. An event has the score of the best way in which it has it. */
export type Wish = {
  /** As typed. */
  typed: string;
  options: Option[];
};

/**
 * What a search asks for, in terms that every index has; the same for all of them, so they agree. An event's score is
 * the sum of its wishes' scores, all whole numbers: an index may add them in any order and as 32-bit floats.
 */
export type Meaning = {
  /** The different words that were typed, folded, in order. */
  words: string[];
  /** An event needs one of these. */
  asked: Wish[];
  /** These only move events that have one of the others. */
  helpful: Wish[];
  /** The least score of an event that is found. */
  least: number;
};

/** Most different words of a query that are looked at; further ones are passed over. */
export const maxQueryWords = 16;

/**
 * Having a word outweighs all that says how it is had: events with more of the words come first. A word as typed is two
 * of these, and so is another number of it; misspelt, or only in the description, it is one.
 */
export const have = 16_384;
const [asTyped, doubtful] = [2 * have, have];

/** What a word is worth by where it is. */
const exact = { lead: 100, title: 95, support: 75, place: 60 };
const inflected = scaled(exact, 0.85);
const begun = scaled(exact, 0.75);
/** A misspelt word is the dearest to look for: it does not matter in which field of these it is. */
const [nearly, nearby, faintly, barely] = [{ act: 53 }, { anyWord: 36 }, { anyWord: 25 }, { lead: 15, anyWord: 12 }];
const about = 15;
/** What a whole name is worth for each of its words. */
const names = { leadName: 60, partName: 50, titleName: 45, placeName: 45, supportName: 40 };
/** Whose name it is outweighs where it is. */
const ofSomebody = { leadName: have, partName: have, titleName: have, placeName: 0, supportName: 0 };

const noise = 0.1;
const also = 10;
const onTime = 60;

/**
 * How a text is taken. `isLoose`: its words may also be misspelt beginnings, which are dear to look for and say little:
 * it is for a text that finds nothing else. `needsOne`: an event needs only one of the words.
 */
export type Way = { isLoose?: boolean; needsOne?: boolean };

/** Returns what a normalised text asks for at an instant, in milliseconds since 1970. */
export function meaningOf(text: string, now: number, { isLoose = false, needsOne = false }: Way = {}): Meaning {
  const pieces = chunks(fold(text));
  const typed = typedIn(pieces);
  const signs = pieces.filter((piece) => wordsOf(piece).length === 0).slice(0, maxQueryWords);
  if (typed.length === 0) return signsAlone(signs);

  const times = dateWordsAt(typed, now);
  const isTime = (at: number) => times.some(({ from, to }) => at >= from && at < to);
  const isNoise = (at: number) => noiseWords.has(typed[at]!);
  const solid = typed.map((_, at) => !isNoise(at) && !isTime(at));
  const hasSolid = solid.includes(true);
  // "!!! tickets" asks for the signs.
  const isOfSigns = !hasSolid && times.length === 0 && signs.length > 0;
  // A query of nothing but noise is taken at its word; so is one of times and noise at its times.
  const isAsked = (at: number) => (hasSolid ? solid[at]! : times.length === 0 && !isOfSigns);

  const isOneOfSeveral = typed.length > 1;
  // The last word may be unfinished. Two letters begin too much, unless other words say more.
  const isBeginning = (word: string) => isUnspaced(word) || word.length >= (isOneOfSeveral ? 2 : 3);
  const named = placesIn(typed, isBeginning);

  const asked: Wish[] = [];
  const helpful: Wish[] = [];
  let wanted = 0;
  for (const [at, word] of typed.entries()) {
    if (!isAsked(at)) {
      helpful.push(passing(word, named[at]!.is, isTime(at) ? 1 : noise));
      continue;
    }
    const isLast = at === typed.length - 1;
    for (const [part, places] of partsOf(word, named[at]!)) {
      wanted++;
      const isUnfinished = isLast && isBeginning(part);
      asked.push(wordWish(part, joints(typed, at), { places, isUnfinished, isOneOfSeveral, isLoose }));
      helpful.push(...besides(part, places.is, isLast));
    }
  }
  for (const { from, to, tokens } of times) {
    const wish = timeWish(typed.slice(from, to).join(' '), tokens, hasSolid);
    (hasSolid ? helpful : asked).push(wish);
    if (!hasSolid) wanted++;
  }
  for (const wish of nameWishes(typed, solid, hasSolid)) asked.push(wish);
  for (const wish of wholeWishes(typed, solid, wanted)) helpful.push(wish);
  if (isOfSigns) wanted += signs.length;
  for (const sign of signs) (isOfSigns ? asked : helpful).push(signWish(sign, isOfSigns));
  return { words: typed, asked, helpful, least: needsOne ? have : wanted * have };
}

const typedIn = (pieces: string[]): string[] => [...new Set(pieces.flatMap(wordsOf))].slice(0, maxQueryWords);

/**
 * Returns whether a normalised text says "today" or the like: its meaning ends when a day begins somewhere, with a
 * quarter of an hour.
 */
export const saysDay = (text: string, now: number): boolean =>
  dateWordsAt(typedIn(chunks(fold(text))), now).some(isOfDay);

/** A name of signs alone: "!!!", "+/-". */
function signsAlone(signs: string[]): Meaning {
  const key = signs.join('');
  const asked = key === '' ? [] : [signWish(key, true)];
  return { words: [], asked, helpful: [], least: have };
}

const signWish = (sign: string, isAsked: boolean): Wish => ({
  typed: sign,
  options: [{ how: 'is', terms: [sign], scores: isAsked ? plus(names, asTyped) : names }],
});

/** The parts that are looked for alone, with the places that each names: the word; or each two neighbours without spaces. */
function partsOf(word: string, named: NamedPlaces): [part: string, NamedPlaces][] {
  if (!isUnspaced(word)) return [[word, named]];
  const within = placesWithin(word);
  return pairs(word).map((pair, at) => [pair, { ...named, is: [...new Set([...named.is, ...(within[at] ?? [])])] }]);
}

type Look = { places: NamedPlaces; isUnfinished: boolean; isOneOfSeveral: boolean; isLoose: boolean };

function wordWish(word: string, joints: string[], look: Look): Wish {
  const { places, isUnfinished, isOneOfSeveral, isLoose } = look;
  const options: Option[] = [
    { how: 'is', terms: [word, ...joints], scores: { ...plus(exact, asTyped), about: about + doubtful } },
  ];
  const inPlace = (codes: string[], score: number) => {
    if (codes.length > 0) options.push({ how: 'is', terms: codes, scores: { place: score } });
  };
  inPlace(places.is, exact.place + asTyped);
  const forms = inflections(word);
  if (forms.length > 0) options.push({ how: 'is', terms: forms, scores: plus(inflected, asTyped) });
  const beginning = isOneOfSeveral ? doubtful : asTyped;
  if (isUnfinished) options.push({ how: 'begins', terms: [word], scores: plus(begun, beginning) });
  inPlace(places.begins, begun.place + beginning);
  const edits = editsAllowed(word);
  const ofOneEdit = edits === 1 ? { ...nearly, ...nearby } : nearly;
  if (edits >= 1) options.push({ how: 'near1', terms: [word], scores: plus(ofOneEdit, doubtful) });
  inPlace(places.near1, nearby.anyWord + doubtful);
  // Those of one edit are among them, but for the first letter.
  if (edits >= 2) options.push({ how: 'near2', terms: [word], scores: plus(faintly, doubtful) });
  inPlace(places.near2, faintly.anyWord + doubtful);
  if (isLoose && mayBegin(word)) options.push({ how: 'begins1', terms: [word], scores: plus(barely, doubtful) });
  return { typed: word, options };
}

/** What sets events apart that have a word equally well: that it is where they are, or in the title, too. */
function besides(word: string, places: string[], isLast: boolean): Wish[] {
  const inTitle: Option[] = [{ how: 'is', terms: [word, ...inflections(word)], scores: { title: also } }];
  if (isLast && word.length > 2) inTitle.push({ how: 'begins', terms: [word], scores: { title: also } });
  return [
    { typed: word, options: [{ how: 'is', terms: [word, ...places], scores: { place: also } }] },
    { typed: word, options: inTitle },
  ];
}

/** A word that an event need not have. */
const passing = (word: string, places: string[], factor: number): Wish => ({
  typed: word,
  options: [{ how: 'is', terms: [word, ...places], scores: scaled({ ...exact, about }, factor) }],
});

const timeWish = (typed: string, tokens: string[], isHelpful: boolean): Wish => ({
  typed,
  options: [
    { how: 'is', terms: tokens, scores: { when: onTime + (isHelpful ? 0 : asTyped) } },
    ...(isHelpful || typed.includes(' ') ? [] : [{ how: 'is' as const, terms: [typed], scores: plus(exact, asTyped) }]),
  ],
});

/** The word together with its neighbours: "cold play" → coldplay, "r e m" → rem. */
function joints(words: string[], at: number): string[] {
  const found: string[] = [];
  for (let from = Math.max(0, at - longestJoint + 1); from <= at; from++) {
    for (let to = Math.max(at, from + 1); to < Math.min(words.length, from + longestJoint); to++) {
      const text = words.slice(from, to + 1).join('');
      if (text.length <= longestJoined) found.push(text);
    }
  }
  return found;
}

const longestJoint = 4;
const longestJoined = 24;

/** Every run of the words may be a name. */
function* nameWishes(words: string[], solid: boolean[], hasSolid: boolean): Iterable<Wish> {
  const inAll = solid.filter(Boolean).length;
  // As many as fit into one search, for long names are those of few words more.
  const longest = words.length <= 10 ? words.length : 4;
  const seen = new Set<string>();
  for (let from = 0; from < words.length; from++) {
    for (let to = from + 1; to <= Math.min(words.length, from + longest); to++) {
      const run = words.slice(from, to);
      const keys = keysOfWords(run);
      if (seen.has(keys[0]!)) continue;
      seen.add(keys[0]!);
      const count = solid.slice(from, to).filter(Boolean).length;
      const rest = run.length - count;
      // "The Who" is a name though each of its words is noise; "live" alone hardly is.
      const worth = !hasSolid ? run.length : count > 0 ? count + noise * rest : rest > 1 ? rest / 2 : noise;
      const places = placesNamed(run);
      // "Berlin" is a band, but with other words it says where rather than who.
      const isWhere = places.length > 0 && count < inAll;
      const counts = !isWhere && (!hasSolid || count > 0 || rest > 1);
      const terms = [...keys, ...places];
      yield { typed: run.join(' '), options: [{ how: 'is', terms, scores: nameScores(worth, counts) }] };
    }
  }
}

function nameScores(worth: number, counts: boolean): Partial<Record<Field, number>> {
  const scores = scaled(names, worth);
  if (!counts) return scores;
  for (const field of Object.keys(names) as (keyof typeof names)[]) scores[field] += ofSomebody[field];
  return scores;
}

/** All the words as one name that is misspelt or unfinished. */
function* wholeWishes(words: string[], solid: boolean[], wanted: number): Iterable<Wish> {
  const key = nameKey(words.filter((_, at) => solid[at]));
  const half = { anyName: 25 * wanted };
  const options: Option[] = [];
  if (editsAllowed(key) > 0) options.push({ how: 'near1', terms: [key], scores: half });
  const all = words.join('');
  if (words.length > 1 && all.length >= 4) options.push({ how: 'begins', terms: [all], scores: half });
  if (options.length > 0) yield { typed: words.join(' '), options };
}

function scaled<F extends string>(scores: Record<F, number>, factor: number): Record<F, number> {
  return mapped(scores, (score) => Math.max(1, Math.round(score * factor)));
}

function plus<F extends string>(scores: Record<F, number>, more: number): Record<F, number> {
  return mapped(scores, (score) => score + more);
}

function mapped<F extends string>(scores: Record<F, number>, to: (score: number) => number): Record<F, number> {
  return Object.fromEntries(Object.entries<number>(scores).map(([f, score]) => [f, to(score)])) as Record<F, number>;
}
