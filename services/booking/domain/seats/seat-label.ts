import {
  behindWords,
  numberWords,
  plainUnitWords,
  rowWords,
  seatWords,
  standingWords,
  suffixWords,
  unitWords,
  weakRowWords,
} from './seat-words.ts';

/** The parts of a label; a missing part is empty. */
export type SeatLabel = {
  section: string;
  row: string;
  /** Undefined without a number: such a place is beside no other. A letter counts as its place in the alphabet. */
  number?: number;
  /** Behind the number: `bis`, `L`, `½`. */
  suffix: string;
  /** `12A`: row 12 and seat A, unless the seats come as 1A 2A 3A, which is row A. */
  isTurnable: boolean;
  /** A table or box that is sold whole, or a place to stand: no seat that could be left alone. */
  isLoose: boolean;
};

/** A word or a number of the label; `isGlued` when nothing is between it and the one before. */
type Atom = { text: string; plain: string; isNumber: boolean; isGlued: boolean; start: number; end: number };

/** Labels recur with every look at their hall. */
const known = new Map<string, SeatLabel>();
/** The text before the number is the same for a whole row: parsed once, with a number that no label has. */
const beginnings = new Map<string, SeatLabel>();
const maxKnown = 60_000;
const probe = 987_654_321;
/** Longer text is prose. */
const longest = 150;

/**
 * Reads a label of any of the usual forms: `A1`, `101-C12`, `101 C12`, `1/12`, `C12.4`, `12A`, `R1S1`, `Row 1 Seat 1`,
 * `Parkett Reihe 3 Platz 5`, `3. sor 5. szék`, `1階3列12番`. Words are known in some twenty languages. Where there are
 * none, the last number is the seat's, the part before it the row's, and the rest the section's.
 */
export function parseSeatLabel(label: string): SeatLabel {
  return remembered(known, label, () => {
    const at = label.search(/(?<!\d)\d{1,8}$/);
    if (at < 0 || label.length > longest) return readLabel(label);
    const beginning = label.slice(0, at);
    const like = remembered(beginnings, beginning, () => readLabel(`${beginning}${probe}`));
    return like.number === probe ? { ...like, number: Number(label.slice(at)) } : readLabel(label);
  });
}

function remembered(known: Map<string, SeatLabel>, key: string, read: () => SeatLabel): SeatLabel {
  const before = known.get(key);
  if (before) return before;
  if (known.size >= maxKnown) known.clear();
  const label = read();
  known.set(key, label);
  return label;
}

/** Returns whether a wish for a section means this one, ignoring case and blanks; `101` is also `Section 101`. */
export function isSection(wished: string, section: string): boolean {
  const [a, b] = [sectionKey(wished), sectionKey(section)];
  return a === b || withoutUnit(a) === b || withoutUnit(b) === a;
}

const sectionKey = (text: string) => text.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase();

function withoutUnit(key: string): string {
  const at = key.indexOf(' ');
  return at > 0 && plainUnitWords.has(plainOf(key.slice(0, at))) ? key.slice(at + 1) : key;
}

function readLabel(label: string): SeatLabel {
  if (label.length > longest) return withoutNumber(label);
  const { text, remark } = normalized(label);
  const atoms = atomsOf(text);
  const found = byWords(text, atoms) ?? byAbbreviation(text) ?? byPlace(text, atoms);
  if (found?.number === undefined || !Number.isSafeInteger(found.number)) return withoutNumber(label);
  const stands = found.row === '' && atoms.some(({ plain }) => standingWords.has(plain));
  return {
    section: found.section,
    row: found.row,
    number: found.number,
    suffix: [found.suffix, remark].filter(Boolean).join(' '),
    isTurnable: found.isTurnable ?? false,
    isLoose: stands || (found.isLoose ?? false),
  };
}

const withoutNumber = (label: string): SeatLabel => ({
  section: label.trim(),
  row: '',
  suffix: '',
  isTurnable: false,
  isLoose: true,
});

type Found = {
  section: string;
  row: string;
  number: number | undefined;
  suffix: string;
  isTurnable?: boolean;
  isLoose?: boolean;
};

/** One form of digits, blanks and words; a remark in brackets at the end apart. */
function normalized(label: string): { text: string; remark: string } {
  // Compatibility forms would make 12½ a 121⁄2.
  const plain = label.split('½').map((part) => part.normalize('NFKC'));
  const spaced = plain
    .join(' ½ ')
    .replace(/([番号])席\s*$/, '$1')
    .replace(/列|排|番|号|座|열|번/g, ' $& ')
    .replace(/席\s*$/, ' 席')
    .replace(/[階楼層층]/g, '$& ')
    .replace(/\bn[°o]\.?\s*(?=\d)/gi, ' ')
    .trim();
  const bracket = /^(.*\d.*?)\s*[([]([^()[\]]*)[)\]]$/.exec(spaced);
  return bracket ? { text: bracket[1]!, remark: bracket[2]!.trim() } : { text: spaced, remark: '' };
}

const plainOf = (text: string) =>
  (isPlain.test(text) ? text : text.normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC')).toLowerCase();
const isPlain = /^[\w\s]*$/;

function atomsOf(text: string): Atom[] {
  let end = -1;
  const atoms: Atom[] = [];
  for (const match of text.matchAll(/\d+|½|[\p{L}\p{M}][\p{L}\p{M}'’]*/gu)) {
    const start = match.index;
    const isNumber = /^\d/.test(match[0]);
    atoms.push({
      text: match[0],
      plain: plainOf(match[0]),
      isNumber,
      isGlued: start === end,
      start,
      end: start + match[0].length,
    });
    end = start + match[0].length;
  }
  return atoms.filter(({ plain }, i) => !(numberWords.has(plain) && atoms[i + 1]?.isNumber && !atoms[i + 1]!.isGlued));
}

const trimmed = (text: string) => text.replace(/^[\s\-–—/.,:;_|·#]+|[\s\-–—/.,:;_|·#]+$/gu, '').replace(/\s+/g, ' ');

const isLetter = (atom: Atom | undefined) => atom !== undefined && /^[a-z]$/i.test(atom.text);
const letterNumber = (letter: string) => letter.toUpperCase().charCodeAt(0) - 64;
/** A, AA, BB, AAA, b: not a word. */
const isRowName = ({ text, plain, isNumber }: Atom) =>
  !isNumber && (text.length <= 2 || /^(.)\1+$/.test(text)) && !standingWords.has(plain) && !unitWords.has(plain);

/** A stretch of atoms that are glued together: from `from` up to, not including, `to`. */
type Field = { from: number; to: number };

/** Labels with a word for the seat, the row or both. */
function byWords(text: string, atoms: Atom[]): Found | undefined {
  const seatAt = atoms.findLastIndex(({ plain }) => seatWords.has(plain));
  const rowAt = atoms.findLastIndex(({ plain }) => rowWords.has(plain) || (seatAt >= 0 && weakRowWords.has(plain)));
  if (seatAt < 0 && rowAt < 0) return undefined;
  // In `3. sor 5. szék` the words follow their numbers.
  const isBehind = Math.max(seatAt, rowAt) === atoms.length - 1;
  // `1. Reihe 7`
  const isOrdinal = seatAt < 0 && atoms[rowAt - 1]?.isNumber && text[atoms[rowAt - 1]!.end] === '.';
  const row = rowAt < 0 ? undefined : fieldOf(atoms, rowAt, isBehind || isOrdinal === true);
  const seat = seatAt < 0 ? row && fieldFrom(atoms, Math.max(row.to, rowAt + 1)) : fieldOf(atoms, seatAt, isBehind);
  if (!seat) return row && rowOnly;
  const number = readNumber(text, atoms, seat, row !== undefined);
  if (!number) return undefined;
  const usedBy = (field: Field | undefined, word: number) => (i: number) =>
    i === word || (field !== undefined && i >= field.from && i < field.to);
  const isUsed = [usedBy({ from: seat.from, to: number.to }, seatAt), usedBy(row, row ? rowAt : -1)];
  let rest = atoms.filter((_, i) => !isUsed.some((uses) => uses(i)));
  let rowName = row ? textOf(text, atoms, row) : number.row;
  if (!row && !number.row) {
    // `C Seat 4`, `Parkett 3 Platz 5`, but `Loge 3 Platz 2`.
    const last = rest.at(-1);
    const unit = rest.at(-2);
    const isBefore = last && last.start < atoms[Math.min(seat.from, seatAt)]!.start;
    if (last && isBefore && (last.isNumber || isRowName(last)) && !(unit && unitWords.has(unit.plain))) {
      rowName = last.text;
      rest = rest.slice(0, -1);
    }
  }
  return { section: joined(text, rest), row: rowName, number: number.number, suffix: number.suffix };
}

const rowOnly: Found = { section: '', row: '', number: undefined, suffix: '' };

/** The field that a word names. */
function fieldOf(atoms: Atom[], word: number, isBehind: boolean): Field | undefined {
  const { plain } = atoms[word]!;
  const after = fieldFrom(atoms, word + 1);
  if (isBehind || behindWords.has(plain)) return fieldTo(atoms, word) ?? after;
  // `2. Rang` is a part of the hall.
  return after ?? (weakRowWords.has(plain) ? undefined : fieldTo(atoms, word));
}

function fieldFrom(atoms: Atom[], from: number): Field | undefined {
  if (!atoms[from] || isWord(atoms[from]!)) return undefined;
  let to = from + 1;
  while (atoms[to]?.isGlued && !isWord(atoms[to]!)) to++;
  return isValue(atoms, { from, to }) ? { from, to } : undefined;
}

function fieldTo(atoms: Atom[], to: number): Field | undefined {
  let from = to - 1;
  if (from < 0 || isWord(atoms[from]!)) return undefined;
  while (from > 0 && atoms[from]!.isGlued && !isWord(atoms[from - 1]!)) from--;
  return isValue(atoms, { from, to }) ? { from, to } : undefined;
}

const isWord = ({ plain }: Atom) => seatWords.has(plain) || rowWords.has(plain);
const isValue = (atoms: Atom[], { from, to }: Field) =>
  to - from > 1 || atoms[from]!.isNumber || [...atoms[from]!.text].length <= 4;

const textOf = (text: string, atoms: Atom[], { from, to }: Field) => text.slice(atoms[from]!.start, atoms[to - 1]!.end);

/** Returns the remaining text, as it was written if it was in one piece. */
function joined(text: string, rest: Atom[]): string {
  const pieces: string[] = [];
  let start = -1;
  for (const [i, atom] of rest.entries()) {
    if (start < 0) start = atom.start;
    const next = rest[i + 1];
    if (next && /^[\s\-–—/.,:;_|·#]*$/u.test(text.slice(atom.end, next.start))) continue;
    pieces.push(text.slice(start, atom.end));
    start = -1;
  }
  return trimmed(pieces.join(' '));
}

/** Returns the number in a seat's field, with the atoms after it that belong to it. */
function readNumber(
  text: string,
  atoms: Atom[],
  { from, to }: Field,
  hasRow: boolean,
): { number: number; suffix: string; row: string; to: number } | undefined {
  const first = atoms[from]!;
  // `Seat A-12`
  if (!hasRow && to - from === 1 && isRowName(first) && atoms[to]?.isNumber)
    return readNumber(text, atoms, { from, to: to + 1 }, hasRow);
  if (to - from === 1 && isLetter(first)) return { number: letterNumber(first.text), suffix: '', row: '', to };
  const at = first.isNumber ? from : from + 1;
  if (at >= to || !atoms[at]!.isNumber) return undefined;
  let end = to;
  // `12.5`
  const next = atoms[to];
  if (to === at + 1 && next?.isNumber && text.slice(atoms[at]!.end, next.start) === '.') end++;
  while (atoms[end] && (suffixWords.has(atoms[end]!.plain) || (end === to && isLetter(atoms[end])))) end++;
  const suffix = end > at + 1 ? trimmed(text.slice(atoms[at]!.end, atoms[end - 1]!.end)) : '';
  return { number: Number(atoms[at]!.text), suffix, row: first.isNumber ? '' : first.text, to: end };
}

/** `R1S1`, `101 R5 S12`, `F3B12`. */
function byAbbreviation(text: string): Found | undefined {
  const match =
    /^(.*?)(?:^|[\s\-/.,:;_|])(?:R([A-Z]{1,2}|\d+)[\s\-/.,:;_|]*[SP]|F(\d+)[\s\-/.,:;_|]*[BP])\.?\s*(\d+)$/.exec(text);
  if (!match) return undefined;
  return { section: trimmed(match[1]!), row: match[2] ?? match[3]!, number: Number(match[4]), suffix: '' };
}

/** Labels without words for row and seat: by the place of each part, from the end. */
function byPlace(text: string, atoms: Atom[]): Found | undefined {
  let end = atoms.length;
  while (end > 1 && suffixWords.has(atoms[end - 1]!.plain)) end--;
  let suffix = end < atoms.length ? trimmed(text.slice(atoms[end]!.start)) : '';
  if (isLetter(atoms[end - 1]) && atoms[end - 2]?.isNumber) {
    const letter = atoms[end - 1]!.text;
    const row = atoms[end - 2]!;
    if (!(atoms[end - 3] && isRowName(atoms[end - 3]!))) {
      const section = trimmed(text.slice(0, row.start));
      return { section, row: row.text, number: letterNumber(letter), suffix, isTurnable: true };
    }
    suffix = [letter, suffix].filter(Boolean).join(' ');
    end--;
  }
  const last = atoms[end - 1];
  if (!last?.isNumber) return undefined;
  const number = Number(last.text);
  const row = atoms[end - 2];
  const upTo = (atom: Atom | undefined) => (atom ? trimmed(text.slice(0, atom.end)) : '');
  if (!row) return { section: '', row: '', number, suffix };
  const isUnit = !last.isGlued && atoms[end - 3] !== undefined && unitWords.has(atoms[end - 3]!.plain);
  if (isUnit && (row.isNumber || isRowName(row))) return { section: upTo(row), row: '', number, suffix };
  if (row.isNumber || isRowName(row)) {
    return { section: trimmed(text.slice(0, row.start)), row: row.text, number, suffix };
  }
  return { section: upTo(row), row: '', number, suffix, isLoose: unitWords.has(row.plain) };
}
