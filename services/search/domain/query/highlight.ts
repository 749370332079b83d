import type { EventDocument } from '../index/event-document.ts';
import { isNear } from '../relevance/edits.ts';
import { placesNamed } from '../relevance/named-places.ts';
import { noiseWords } from '../relevance/noise-words.ts';
import { placeCodes } from '../relevance/places.ts';
import { editsAllowed, lookalike, mayBegin, nearlyBegun, spellings } from '../relevance/spellings.ts';
import { chunks, fold, isUnspaced, pairs, wordsOf } from './text.ts';

/** HTML: the words that match stand in `<em>`, all else is escaped. */
export type Highlight = { name: string; performers: string[] };

/**
 * Marks the words of a query in the names of an event: as typed, misspelt, as the beginning of a word, joined with their
 * neighbours, by letters that signs stand for, or by another name of a city; those of a loose search as misspelt
 * beginnings, too.
 */
export function highlight(
  { name, performers }: Pick<EventDocument, 'name' | 'performers'>,
  text: string,
  isLoose = false,
): Highlight {
  const asked = askedBy(text, isLoose);
  return { name: marked(name, asked), performers: performers.map((performer) => marked(performer, asked)) };
}

/** Further words are passed over. */
const maxWords = 16;
/** Most neighbours that are one word, or one name. */
const longestJoint = 4;

/** The parts of a query that are marked. */
type Asked = {
  /** Its words; of a script without spaces, its pairs of characters. */
  words: string[];
  /** The last one, which may be unfinished. */
  last: string | undefined;
  /** Its runs of words, run together: "cold play" → coldplay. */
  joints: Set<string>;
  /** The beginnings that may be misspelt. */
  beginnings: RegExp[];
  /** The codes of places that it names. */
  places: Set<string>;
  /** Its pieces that have no word: "!!!". */
  signs: Set<string>;
};

function askedBy(text: string, isLoose: boolean): Asked {
  const pieces = chunks(fold(text)).slice(0, maxWords);
  const typed = pieces.flatMap(wordsOf).slice(0, maxWords);
  const runs = typed.flatMap((_, from) =>
    Array.from({ length: longestJoint }, (_, more) => typed.slice(from, from + more + 1)),
  );
  const solid = typed.filter((word) => !noiseWords.has(word));
  const wanted = (solid.length > 0 ? solid : typed).flatMap((word) => (isUnspaced(word) ? pairs(word) : [word]));
  return {
    words: [...new Set(wanted)],
    last: wanted.at(-1),
    joints: new Set(runs.filter((run) => run.length > 1 || wanted.includes(run[0]!)).map((run) => run.join(''))),
    beginnings: isLoose ? wanted.filter(mayBegin).map(nearlyBegun) : [],
    places: new Set(runs.flatMap(placesNamed)),
    signs: new Set(pieces.filter((piece) => wordsOf(piece).length === 0)),
  };
}

type Span = [begin: number, end: number];

function marked(text: string, asked: Asked): string {
  let html = '';
  let at = 0;
  for (const [begin, end] of apart([...wordSpans(text, asked), ...signSpans(text, asked)])) {
    html += `${escaped(text.slice(at, begin))}<em>${escaped(text.slice(begin, end))}</em>`;
    at = end;
  }
  return html + escaped(text.slice(at));
}

/** Returns where words match, alone or together with their neighbours. */
function wordSpans(text: string, asked: Asked): Span[] {
  const found: Span[] = [];
  const spaced: Span[] = [];
  for (const { 0: run, index } of text.matchAll(runs)) {
    if (isUnspaced(run)) for (const [begin, end] of within(run, asked.words)) found.push([index + begin, index + end]);
    else spaced.push([index, index + run.length]);
  }
  for (const [at, [begin, end]] of spaced.entries()) {
    if (spellings(text.slice(begin, end)).some((word) => isAsked(joined(word), asked))) found.push([begin, end]);
    for (const [, last] of spaced.slice(at, at + longestJoint)) {
      const run = text.slice(begin, last);
      const isPlace = () => placeCodes(run).some((code) => asked.places.has(code));
      if ((last > end && asked.joints.has(joined(fold(run)))) || isPlace()) found.push([begin, last]);
    }
  }
  return found;
}

const runs = /[\p{L}\p{N}\p{M}]+(?:['’ʼ][\p{L}\p{N}\p{M}]+)*/gu;

const joined = (folded: string): string => chunks(folded).flatMap(wordsOf).join('');

/** Returns where signs stand for letters of a word that matches, and where they are all of a name. */
function signSpans(text: string, asked: Asked): Span[] {
  const found: Span[] = [];
  for (const { 0: piece, index } of text.matchAll(/[^\s,;·•–—]+/gu)) {
    const folded = fold(piece);
    const word = joined(lookalike(folded));
    const isMeant = word === '' ? asked.signs.has(folded) : word !== joined(folded) && isAsked(word, asked);
    if (!isMeant) continue;
    const [before = ''] = word === '' ? [] : (/^["'(«„“:.]+/u.exec(piece) ?? []);
    const [after = ''] = word === '' ? [] : (/[^\p{L}\p{N}\p{M}$]+$/u.exec(piece) ?? []);
    found.push([index + before.length, index + piece.length - after.length]);
  }
  return found;
}

/** Returns the places of the words in a text of a script without spaces. */
function within(run: string, wanted: string[]): Span[] {
  const spans: Span[] = [];
  const longest = Math.max(0, ...wanted.map((one) => one.length));
  for (let begin = 0; begin < run.length; begin++) {
    const rest = fold(run.slice(begin, begin + longest));
    const length = wanted.filter((one) => rest.startsWith(one)).map((one) => one.length);
    if (length.length > 0) spans.push([begin, Math.min(run.length, begin + Math.max(...length))]);
  }
  return spans;
}

/** Returns the spans in order; those that touch are one. */
function apart(spans: Span[]): Span[] {
  const found: Span[] = [];
  for (const [begin, end] of spans.sort(([a], [b]) => a - b)) {
    const last = found.at(-1);
    if (last && begin <= last[1]) last[1] = Math.max(last[1], end);
    else found.push([begin, end]);
  }
  return found;
}

const shortestBeginning = 2;

const isAsked = (word: string, { words, last, joints, beginnings }: Asked): boolean =>
  joints.has(word) ||
  isBegun(last, word) ||
  words.some((typed) => isLike(typed, word)) ||
  beginnings.some((beginning) => beginning.test(word));

const isBegun = (last: string | undefined, word: string): boolean =>
  last !== undefined && last.length >= shortestBeginning && word.startsWith(last);

function isLike(typed: string, word: string): boolean {
  // Festivals have hundreds of words, and most are ruled out by a look at their length.
  const allowed = editsAllowed(typed);
  if (Math.abs(typed.length - word.length) > allowed) return false;
  if (allowed === 0) return typed === word;
  return isNear(typed, word, 1) || (allowed === 2 && isNear(typed, word, 2));
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!);
