import { chunks, wordsOf } from '../query/text.ts';
import { articles, connectives } from './noise-words.ts';
import { lookalike, spellings } from './spellings.ts';

/**
 * The keys of a name: its words run together, as people type it without spaces or signs. "Nick Cave & The Bad Seeds" →
 * nickcavethebadseeds; "The Killers" → thekillers, killers, and "killers the" for any order; "Ke$ha" → keha, kesha; a name of signs alone → itself.
 */
export function nameKeys(name: string): string[] {
  const keys = new Set<string>();
  for (const folded of spellings(name)) {
    const pieces = chunks(folded);
    const looks = pieces.map(lookalike);
    const hasLookalike = looks.some((look, at) => look !== pieces[at]);
    for (const written of hasLookalike ? [pieces, looks] : [pieces]) {
      const words = written.flatMap(wordsOf);
      for (const key of words.length === 0 ? [written.join('')] : keysOfWords(words)) keys.add(key);
      if (words.length > 1 && articles.has(words[0]!)) keys.add(nameKey(words.slice(1)));
    }
  }
  return [...keys].map((key) => key.slice(0, longestKey)).filter(Boolean);
}

/** The keys by which a run of words may be a name: as it stands, and with its words in any order. */
export function keysOfWords(words: string[]): string[] {
  return words.length > 1 ? [nameKey(words), orderless(words)] : [nameKey(words)];
}

/** A space sets it apart from words run together. */
const orderless = (words: string[]): string => [...words].sort().join(' ').slice(0, longestKey);

/** The key of words that may be a name; "and" and the like count for nothing unless there is nothing else. */
export function nameKey(words: string[]): string {
  const rest = words.filter((word) => !connectives.has(word));
  return (rest.length > 0 ? rest : words).join('').slice(0, longestKey);
}

const longestKey = 128;

/** "The Who – The Song Is Over, New York" → The Who · The Song Is Over · New York. */
export const titleParts = (title: string): string[] =>
  title
    .split(betweenParts)
    .map((part) => part.replace(leading, '').trim())
    .filter(Boolean);

const betweenParts =
  /\s+[-–—|:@/]\s+|[:,]\s+|\s+(?:at|in|vs\.?|v\.?|versus|with|feat\.?|ft\.?|live|plays)\s+|\s*[()|]\s*/iu;
const leading = /^(?:at|in|live|on)\s+/i;

/** The artists within a performer's name: "Queen + Adam Lambert" → Queen · Adam Lambert; "周杰倫 Jay Chou" → both. */
export const performerParts = (name: string): string[] =>
  name
    .split(betweenArtists)
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== name);

const betweenArtists = /\s+[&+]\s+|,\s+|\s*[()]\s*|(?<=\p{Script=Han})\s+(?=\p{Script=Latin})/u;
