import { createCodes } from './codes.ts';

export type Terms = ReturnType<typeof createTerms>;

/** The terms of each slot as small numbers. Most slots have one; several stand in one array, for arrays are dear. */
export function createTerms() {
  const codes = createCodes();
  /** By slot: `none`, the code of its one term, or, below `none`, where its list is: see `placeOf`. */
  let entries = new Int32Array(1024).fill(none);
  /** The codes of each list, then `none`. */
  let lists = new Int32Array(1024);
  let used = 0;
  /** How much of `lists` slots have. */
  let needed = 0;

  /** Calls `look` for each code of a slot. */
  function each(slot: number, look: (code: number) => void): void {
    const entry = entries[slot]!;
    if (entry > none) look(entry);
    if (entry < none) for (let at = placeOf(entry); lists[at] !== none; at++) look(lists[at]!);
  }

  function append(list: readonly number[]): number {
    const size = list.length + 1;
    if (used + size > lists.length) moveLists(size);
    lists.set(list, used);
    lists[used + list.length] = none;
    used += size;
    return placeOf(used - size);
  }

  /** Moves all lists to a new array, which has room for more, without those that no slot has any more. */
  function moveLists(more: number): void {
    const [old, size] = [lists, Math.ceil((needed + more) * 1.5)];
    lists = new Int32Array(size);
    used = 0;
    for (const [slot, entry] of entries.entries()) {
      if (entry >= none) continue;
      const from = placeOf(entry);
      entries[slot] = append([...old.subarray(from, old.indexOf(none, from))]);
    }
  }

  function grow(slot: number): void {
    const more = new Int32Array(slot * 2).fill(none);
    more.set(entries);
    entries = more;
  }

  return {
    set(slot: number, wanted: readonly string[]): void {
      if (slot >= entries.length) grow(slot);
      const now = wanted.map(codes.take);
      let before = 0;
      each(slot, (code) => {
        codes.release(code);
        before++;
      });
      needed += sizeOf(now.length) - sizeOf(before);
      entries[slot] = none;
      entries[slot] = now.length > 1 ? append(now) : (now[0] ?? none);
    },
    has(slot: number, code: number): boolean {
      const entry = entries[slot]!;
      if (entry >= none) return entry === code;
      let at = placeOf(entry);
      while (lists[at] !== code && lists[at] !== none) at++;
      return lists[at] === code;
    },
    /** Adds one to the count of each term of these slots. */
    count(slots: Int32Array, counts: Uint32Array): void {
      for (let i = 0; i < slots.length; i++) {
        const entry = entries[slots[i]!]!;
        if (entry > none) counts[entry]!++;
        if (entry < none) for (let at = placeOf(entry); lists[at] !== none; at++) counts[lists[at]!]!++;
      }
    },
    /** The code of a term; undefined when no slot has it. */
    code: codes.code,
    term: codes.text,
    /** All codes are below. */
    size: codes.size,
  };
}

const none = -1;

/** Returns the place of the list that an entry names, and the entry that names a place. */
const placeOf = (entry: number): number => none - 1 - entry;
const sizeOf = (terms: number): number => (terms > 1 ? terms + 1 : 0);
