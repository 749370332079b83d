/**
 * Cyrillic by these standards, their signs beyond ASCII left out:
 * - BGN/PCGN 1947 for Russian (чайковский → chaykovskiy),
 * - ICAO Doc 9303 as in Russian passports (chaikovskii),
 * - the Ukrainian national standard, Cabinet of Ministers no. 55 of 2010 (ельзи → elzy),
 * and the everyday English form, which follows BGN/PCGN but ends names in -sky and writes й within a word i (chaikovsky).
 * The French "Tch-" follows no standard and is left out. Folding has made й и, ё е and ї і before.
 */
export function fromCyrillic(word: string): string[] {
  const ukrainian = /[іґє]|[сц]ьк/.test(word);
  const russian = /[ыэъ]|(?<!ьк)ии$/.test(word);
  if (ukrainian && !russian) return [byUkraine(word), everyday(byUkraine(word))];
  const forms = [everyday(byBgn(word, 'i', '')), byBgn(word, 'y', 'y'), byIcao(word), byBgn(word, 'i', '')];
  // The same letters may be Ukrainian, where и is y: океан ельзи.
  return russian ? forms : [...new Set([...forms.slice(0, 3), byUkraine(word)])];
}

const shared: Record<string, string> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'kh',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'shch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
  і: 'i',
  є: 'ye',
  ґ: 'g',
  // Serbian and Macedonian, by the Latin letters of the languages without their signs.
  ј: 'j',
  љ: 'lj',
  њ: 'nj',
  ђ: 'dj',
  ћ: 'c',
  џ: 'dz',
  ѕ: 'dz',
};
const icao: Record<string, string> = { ...shared, ъ: 'ie', ю: 'iu', я: 'ia', є: 'ie' };
const ukraine: Record<string, string> = { ...shared, г: 'h', и: 'y', ю: 'iu', я: 'ia', є: 'ie' };
const ukraineAtStart: Record<string, string> = { ю: 'yu', я: 'ya', є: 'ye' };

const vowels = 'аеиоуыэюяіє';
const afterVowel = (letters: string[], i: number) => i > 0 && vowels.includes(letters[i - 1] ?? '');

/** й has lost its sign: и after a vowel is й, as и there is rare. */
const isGlide = (letters: string[], i: number) => letters[i] === 'и' && afterVowel(letters, i);

const spell = (word: string, letter: (letters: string[], i: number) => string) => {
  const letters = [...word];
  return letters.map((_, i) => letter(letters, i)).join('');
};

/** `glide` is й within a word, which ends in y; `iotated` is e's y at the start and after vowels and signs. */
const byBgn = (word: string, glide: 'y' | 'i', iotated: 'y' | '') =>
  spell(word, (letters, i) => {
    const letter = letters[i] ?? '';
    if (isGlide(letters, i)) return i === letters.length - 1 ? 'y' : glide;
    const startsSyllable = i === 0 || afterVowel(letters, i) || 'ъь'.includes(letters[i - 1] ?? '');
    return (letter === 'е' && startsSyllable ? iotated : '') + (shared[letter] ?? letter);
  });

const byIcao = (word: string) => spell(word, (letters, i) => icao[letters[i] ?? ''] ?? letters[i] ?? '');

const byUkraine = (word: string) =>
  spell(word, (letters, i) => {
    const letter = letters[i] ?? '';
    if (letter === 'г' && letters[i - 1] === 'з') return 'gh';
    if (isGlide(letters, i)) return 'i';
    return (i === 0 ? ukraineAtStart[letter] : undefined) ?? ukraine[letter] ?? letter;
  });

const everyday = (form: string) => form.replace(/(?<=.)(?:iy|ii|yi|yy)$/, 'y');
