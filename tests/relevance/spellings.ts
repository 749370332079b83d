/** Ways to write a query that must not change its hits. */

const queries = [
  'adele',
  'taylor swift london',
  "guns n' roses",
  "sinéad o'connor",
  "st james' park",
  'blink-182',
  'sigur rós',
  'björk reykjavík',
  'metallica hamburg',
  "king tut's wah wah hut",
  'die ärzte',
  'мумий тролль',
  'jay-z',
  'royal albert hall',
  'les misérables',
];

const ways: [label: string, write: (q: string) => string][] = [
  ['capital letters', (q) => q.toUpperCase()],
  ['accents apart from their letters', (q) => q.normalize('NFD')],
  ['spaces around, tabs and hard spaces', (q) => `  ${q.replaceAll(' ', '\u00a0\t')} `],
  ['double quotes', (q) => `"${q}"`],
  ['a question mark', (q) => `${q}?`],
  ['a zero-width space and a byte order mark', (q) => `${q}\u200b\ufeff`],
  ['a left-to-right mark', (q) => `\u200e${q}`],
  ['full-width letters', (q) => q.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))],
  ['a soft hyphen', (q) => `${q.slice(0, 3)}\u00ad${q.slice(3)}`],
  ['curly apostrophes', (q) => q.replaceAll("'", '’')],
  ['acute accents as apostrophes', (q) => q.replaceAll("'", '´')],
  ['backticks as apostrophes', (q) => q.replaceAll("'", '`')],
  ['hard hyphens', (q) => q.replaceAll('-', '\u2011')],
  ['each word twice', (q) => `${q} ${q}`],
  ['the words in another order', (q) => q.split(' ').reverse().join(' ')],
  ['an emoji', (q) => `${q} 🎸`],
];

/** Each way, with the queries that it changes. */
export const spellings = ways.map(([label, write]) => ({
  label,
  pairs: queries.map((q): [q: string, other: string] => [q, write(q)]).filter(([q, other]) => q !== other),
}));
