/**
 * Greek by ELOT 743 in its second edition's transcription (αυ → av/af, μπ → b at the start), which ISO 843 calls type 2;
 * by ISO 843's transliteration letter by letter (type 1, without its signs); and as names are often written: χ is h and
 * the pairs γκ and ντ are g and d at the start.
 */
export function fromGreek(word: string): string[] {
  return [
    transcribe(word, elot),
    transcribe(word, elot).replace(/(?<![snp])ch/g, 'h'),
    spell(word),
    transcribe(word, names),
  ];
}

const letters: Record<string, string> = {
  α: 'a',
  β: 'v',
  γ: 'g',
  δ: 'd',
  ε: 'e',
  ζ: 'z',
  η: 'i',
  θ: 'th',
  ι: 'i',
  κ: 'k',
  λ: 'l',
  μ: 'm',
  ν: 'n',
  ξ: 'x',
  ο: 'o',
  π: 'p',
  ρ: 'r',
  σ: 's',
  τ: 't',
  υ: 'y',
  φ: 'f',
  χ: 'ch',
  ψ: 'ps',
  ω: 'o',
};

const spell = (word: string) => [...word.replace(/(?<=[αεηο])υ/g, 'u')].map((l) => letters[l] ?? l).join('');

type Pairs = { start: Record<string, string>; inside: Record<string, string> };
const inside = { γγ: 'ng', γξ: 'nx', γχ: 'nch', ου: 'ou' };
const elot: Pairs = { start: { μπ: 'b' }, inside };
const names: Pairs = { start: { μπ: 'b', γκ: 'g', ντ: 'd' }, inside: { ...inside, μπ: 'b', χ: 'h' } };

/** υ after α, ε or η is v before a vowel or a voiced consonant, else f. */
const voiced = new Set('αεηιουωβγδζλμνρ');
const before: Record<string, string> = { α: 'a', ε: 'e', η: 'i' };

function transcribe(word: string, pairs: Pairs): string {
  let out = '';
  for (let i = 0; i < word.length; i += 1) {
    const letter = word[i] ?? '';
    const pair = word.slice(i, i + 2);
    const first = i === 0 ? pairs.start[pair] : undefined;
    const joined = first ?? pairs.inside[pair] ?? diphthong(word, i);
    out += joined ?? pairs.inside[letter] ?? letters[letter] ?? letter;
    if (joined !== undefined) i += 1;
  }
  return out;
}

function diphthong(word: string, i: number): string | undefined {
  const vowel = before[word[i] ?? ''];
  if (!vowel || word[i + 1] !== 'υ') return undefined;
  return vowel + (voiced.has(word[i + 2] ?? '') ? 'v' : 'f');
}
