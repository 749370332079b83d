/**
 * Arabic (and the letters Persian adds) after ALA-LC without its signs. Short vowels are not written in Arabic, so a
 * word gets few guesses, each with its reason:
 * 1. و and ي between consonants are long vowels (فيروز → firuz), and a cluster that no Arabic syllable allows is opened
 *    by "a", or "i" before y (دياب → diyab);
 * 2. ي or و as the second letter, and ي as the last but one, is the diphthong ay or aw (fayruz, husayn);
 * 3. that diphthong as it is mostly printed, ai or au (fairuz);
 * 4. the y after such an "i" is not heard (diab), and a final و is silent (عمرو → amr).
 */
export function fromArabic(word: string): string[] {
  const article = /^ال(?=...)/.test(word) ? 'al' : '';
  const stem = article ? word.slice(2) : word;
  const letters = [...stem.replace(signs, '')];
  const forms = [
    open(spell(letters, 'long')),
    quiet(open(spell(letters, 'long')), letters),
    open(spell(letters, 'diphthong')),
    open(spell(letters, 'diphthong'))
      .replace(/ay(?![aeiou])/, 'ai')
      .replace(/aw(?![aeiou])/, 'au'),
  ];
  const different = [...new Set(forms)];
  return article ? different.flatMap((form) => [article + form, form]) : different;
}

// Vowel signs and the lengthening stroke.
const signs = /[\u064b-\u065f\u0670\u0640]/g;

const consonants: Record<string, string> = {
  ب: 'b',
  ت: 't',
  ث: 'th',
  ج: 'j',
  ح: 'h',
  خ: 'kh',
  د: 'd',
  ذ: 'dh',
  ر: 'r',
  ز: 'z',
  س: 's',
  ش: 'sh',
  ص: 's',
  ض: 'd',
  ط: 't',
  ظ: 'z',
  غ: 'gh',
  ف: 'f',
  ق: 'q',
  ك: 'k',
  ل: 'l',
  م: 'm',
  ن: 'n',
  ه: 'h',
  پ: 'p',
  چ: 'ch',
  ژ: 'zh',
  گ: 'g',
  ک: 'k',
};
const carriers: Record<string, string> = { ا: 'a', أ: 'a', إ: 'i', آ: 'a', ى: 'a', ة: 'a', ؤ: 'u', ئ: 'i', ء: '' };
const glides: Record<string, { long: string; glide: string; diphthong: string }> = {
  و: { long: 'u', glide: 'w', diphthong: 'aw' },
  ي: { long: 'i', glide: 'y', diphthong: 'ay' },
  ی: { long: 'i', glide: 'y', diphthong: 'ay' },
};
const isVowel = (letter: string | undefined) => letter !== undefined && letter in carriers && letter !== 'ء';

/** Sounds one by one: a consonant of two letters stays one sound. */
function spell(letters: string[], first: 'long' | 'diphthong'): string[] {
  return letters.map((letter, i) => {
    // ʿAyn is not written; at the start of a word its vowel, mostly a, is heard.
    if (letter === 'ع') return i === 0 && !isVowel(letters[1]) ? 'a' : '';
    const glide = glides[letter];
    if (!glide) return consonants[letter] ?? carriers[letter] ?? letter;
    if (i === 0 || isVowel(letters[i - 1]) || isVowel(letters[i + 1])) return glide.glide;
    // At the end of a word's first syllable (فيروز) and before its last letter (حسين) diphthongs are usual.
    const usual = i === 1 || (glide.glide === 'y' && i === letters.length - 2);
    return first === 'diphthong' && usual && i < letters.length - 1 ? glide.diphthong : glide.long;
  });
}

const startsWithVowel = /^[aiu]/;
const endsWithVowel = /[aiu]$/;

/** No Arabic syllable begins with two consonants or has three in a row. */
function open(sounds: string[]): string {
  const heard = sounds.filter(Boolean);
  let out = '';
  let run = 0;
  for (const [i, sound] of heard.entries()) {
    const vowel = startsWithVowel.test(sound) || endsWithVowel.test(sound);
    if (!vowel && (run === 2 || (run === 1 && i === 1))) {
      out += sound === 'y' ? 'i' : 'a';
      run = 0;
    }
    out += sound;
    run = vowel ? 0 : run + 1;
  }
  return out;
}

const quiet = (form: string, letters: string[]) => {
  const unheard = letters.length > 3 && letters.at(-1) === 'و' ? form.replace(/u$/, '') : form;
  return unheard.replace(/iy(?=a)/, 'i');
};
