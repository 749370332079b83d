/**
 * Kana by Hepburn: first as it is mostly typed, with long vowels short (とうきょう → tokyo), then with each written
 * (toukyou), then as traditional Hepburn has ん before b, m and p (しんぶん → shimbun).
 */
export function fromKana(word: string): string[] {
  const long = spell(toHiragana(word.replaceAll('・', '')));
  const short = long
    .replace(/([aiueo])-+/g, '$1')
    .replace(/ou|oo/g, 'o')
    .replaceAll('uu', 'u');
  const written = long.replace(/([aiueo])-/g, '$1$1');
  return [short, written, beforeLips(short), beforeLips(written)];
}

const beforeLips = (form: string) => form.replace(/n(?=[bmp])/g, 'm');

const toHiragana = (word: string) =>
  word.replace(/[ァ-ヶ]/g, (kana) => String.fromCharCode((kana.codePointAt(0) ?? 0) - 0x60));

const rows = `
あ a い i う u え e お o か ka き ki く ku け ke こ ko が ga ぎ gi ぐ gu げ ge ご go
さ sa し shi す su せ se そ so ざ za じ ji ず zu ぜ ze ぞ zo た ta ち chi つ tsu て te と to
だ da ぢ ji づ zu で de ど do な na に ni ぬ nu ね ne の no は ha ひ hi ふ fu へ he ほ ho
ば ba び bi ぶ bu べ be ぼ bo ぱ pa ぴ pi ぷ pu ぺ pe ぽ po ま ma み mi む mu め me も mo
や ya ゆ yu よ yo ら ra り ri る ru れ re ろ ro わ wa ゐ i ゑ e を o ん n ゔ vu
ぁ a ぃ i ぅ u ぇ e ぉ o ゃ ya ゅ yu ょ yo ゎ wa ゕ ka ゖ ke
きゃ kya きゅ kyu きょ kyo ぎゃ gya ぎゅ gyu ぎょ gyo しゃ sha しゅ shu しょ sho しぇ she じゃ ja じゅ ju じょ jo じぇ je
ちゃ cha ちゅ chu ちょ cho ちぇ che ぢゃ ja ぢゅ ju ぢょ jo にゃ nya にゅ nyu にょ nyo ひゃ hya ひゅ hyu ひょ hyo
びゃ bya びゅ byu びょ byo ぴゃ pya ぴゅ pyu ぴょ pyo みゃ mya みゅ myu みょ myo りゃ rya りゅ ryu りょ ryo
ふぁ fa ふぃ fi ふぇ fe ふぉ fo ふゅ fyu てぃ ti でぃ di てゅ tyu でゅ dyu とぅ tu どぅ du うぃ wi うぇ we うぉ wo
ゔぁ va ゔぃ vi ゔぇ ve ゔぉ vo つぁ tsa つぃ tsi つぇ tse つぉ tso いぇ ye くぁ kwa くぃ kwi くぇ kwe くぉ kwo
`;

let syllables: Map<string, string> | undefined;

function readSyllables(): Map<string, string> {
  const cells = rows.trim().split(/\s+/);
  return new Map(cells.flatMap((cell, i) => (i % 2 === 0 ? [[cell, cells[i + 1] ?? ''] as const] : [])));
}

/** ー stays "-". A small っ doubles the consonant that follows, ch as tch. */
function spell(word: string): string {
  syllables ??= readSyllables();
  let out = '';
  let doubled = false;
  for (let i = 0; i < word.length; i += 1) {
    const kana = word[i] ?? '';
    if (kana === 'っ') {
      doubled = true;
      continue;
    }
    const two = syllables.get(word.slice(i, i + 2));
    if (two) i += 1;
    const latin = two ?? (kana === 'ー' ? '-' : (syllables.get(kana) ?? kana));
    out += doubled && /^[^aiueon-]/.test(latin) ? (latin.startsWith('ch') ? 't' : latin[0]) + latin : latin;
    doubled = false;
  }
  return out;
}
