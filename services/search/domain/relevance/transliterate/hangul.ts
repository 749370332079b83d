/**
 * Hangul by the Revised Romanization of Korean (2000): first as it is spoken, with the sound changes that the standard
 * tells (종로 → jongno), then syllable by syllable, as many write names (jongro).
 */
export function fromHangul(word: string): string[] {
  const syllables = [...word].map(takeApart);
  const bySyllable = syllables.map((s) =>
    typeof s === 'string' ? s : initials[s.initial] + s.vowel + closed(s.final),
  );
  return [spoken(syllables), bySyllable.join('')];
}

type Syllable = { initial: number; vowel: string; final: number };

const initials = 'g kk n d tt r m b pp s ss _ j jj ch k t p h'.split(' ').map((letter) => letter.replace('_', ''));
const vowels = 'a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i'.split(' ');
// The 28 finals: at the end of a syllable, and what goes over to the next one where that begins with a vowel.
const ends = '_ k k k n n n t l k m l l l p l m p p t t ng t t k t p t'.split(' ').map((end) => end.replace('_', ''));
const linked =
  '_|_ _|g _|kk k|s _|n n|j _|n _|d _|r l|g l|m l|b l|s l|t l|p _|r _|m _|b p|s _|s _|ss ng|_ _|j _|ch _|k _|t _|p _|_'
    .split(' ')
    .map((pair) => pair.replaceAll('_', '').split('|') as [stays: string, goes: string]);
const silent = 11;
const h = 18;

const closed = (final: number) => ends[final] ?? '';

function takeApart(character: string): Syllable | string {
  const index = (character.codePointAt(0) ?? 0) - 0xac00;
  if (index < 0 || index >= 11172) return character;
  return { initial: Math.floor(index / 588), vowel: vowels[Math.floor((index % 588) / 28)] ?? '', final: index % 28 };
}

function spoken(syllables: (Syllable | string)[]): string {
  let out = '';
  let onset: string | undefined;
  for (const [i, syllable] of syllables.entries()) {
    if (typeof syllable === 'string') {
      out += syllable;
      continue;
    }
    const next = syllables[i + 1];
    const [end, begin] = typeof next === 'object' ? meet(syllable.final, next) : [closed(syllable.final), undefined];
    out += (onset ?? initials[syllable.initial]) + syllable.vowel + end;
    onset = begin;
  }
  return out;
}

const nasals: Record<string, string> = { k: 'ng', t: 'n', p: 'm' };

/** The end of a syllable and the beginning of the next one, as they sound together. */
function meet(final: number, next: Syllable): [end: string, begin: string | undefined] {
  const end = closed(final);
  const begin = initials[next.initial] ?? '';
  if (next.initial === silent) {
    const [stays, goes] = linked[final] ?? ['', ''];
    // 해돋이 → haedoji, 같이 → gachi
    if (next.vowel === 'i' && (goes === 'd' || goes === 't')) return [stays, goes === 'd' ? 'j' : 'ch'];
    return [stays, goes];
  }
  // A final ㅎ joins ㄱ, ㄷ, ㅈ: 좋고 → joko. An initial ㅎ stays, as the standard has it in nouns: 묵호 → Mukho.
  if ([6, 15, 27].includes(final) && 'gdj'.includes(begin)) {
    return [final === 6 ? 'n' : final === 15 ? 'l' : '', { g: 'k', d: 't', j: 'ch' }[begin] ?? begin];
  }
  if (final === 27 && next.initial === h) return ['', 'h'];
  if (begin === 'n' || begin === 'm')
    return [end === 'l' && begin === 'n' ? 'l' : (nasals[end] ?? end), end === 'l' && begin === 'n' ? 'l' : begin];
  if (begin === 'r' && (end === 'n' || end === 'l')) return ['l', 'l'];
  if (begin === 'r' && end) return [nasals[end] ?? end, 'n'];
  return [end, begin];
}
