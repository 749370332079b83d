import type { EventDocument } from '../index/event-document.ts';
import { edits } from '../relevance/edits.ts';
import { editsAllowed } from '../relevance/spellings.ts';
import { fold } from './text.ts';

/** HTML: the words that match stand in `<em>`, all else is escaped. */
export type Highlight = { name: string; performers: string[] };

/** Marks the words of a query in the names of an event: as typed, misspelt, or as the beginning of a word. */
export function highlight({ name, performers }: Pick<EventDocument, 'name' | 'performers'>, text: string): Highlight {
  const wanted = wordsOf(text).slice(0, maxWords);
  return { name: marked(name, wanted), performers: performers.map((performer) => marked(performer, wanted)) };
}

/** Further ones are passed over. */
const maxWords = 16;

/** Returns the words of a query, each once; of a script without spaces, its pairs of characters. */
function wordsOf(text: string): string[] {
  const found = (fold(text).match(runs) ?? []).map((word) => word.replace(apostrophes, ''));
  return [...new Set(found.flatMap((word) => (unspaced.test(word) ? pairs(word) : [word])))];
}

const pairs = (run: string): string[] =>
  run.length < 3 ? [run] : Array.from({ length: run.length - 1 }, (_, at) => run.slice(at, at + 2));

type Span = [begin: number, end: number];

function marked(text: string, wanted: string[]): string {
  let html = '';
  let at = 0;
  for (const [begin, end] of spansOf(text, wanted)) {
    html += `${escaped(text.slice(at, begin))}<em>${escaped(text.slice(begin, end))}</em>`;
    at = end;
  }
  return html + escaped(text.slice(at));
}

/** Returns where the words stand in the text, in order and apart. */
function spansOf(text: string, wanted: string[]): Span[] {
  const spans: Span[] = [];
  for (const { 0: run, index } of text.matchAll(runs)) {
    if (!unspaced.test(run)) {
      const word = fold(run).replace(apostrophes, '');
      if (wanted.some((one) => isLike(one, word))) spans.push([index, index + run.length]);
      continue;
    }
    for (const [begin, end] of within(run, wanted)) add(spans, [index + begin, index + end]);
  }
  return spans;
}

const runs = /[\p{L}\p{N}\p{M}]+(?:['’ʼ][\p{L}\p{N}\p{M}]+)*/gu;
const apostrophes = /['’ʼ]/g;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]/u;

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

/** Adds a span behind the others, or to the last one if they touch. */
function add(spans: Span[], [begin, end]: Span): void {
  const last = spans.at(-1);
  if (last && begin <= last[1]) last[1] = Math.max(last[1], end);
  else spans.push([begin, end]);
}

const shortestBeginning = 2;

function isLike(typed: string, word: string): boolean {
  if (typed.length >= shortestBeginning && word.startsWith(typed)) return true;
  // Festivals have hundreds of words, and most are ruled out by a look at their length.
  const allowed = editsAllowed(typed);
  if (Math.abs(typed.length - word.length) > allowed) return false;
  return allowed === 0 ? typed === word : edits(typed, word) <= allowed;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => entities[sign]!);
