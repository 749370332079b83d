export type Terms = ReturnType<typeof createTerms>;

/** The terms of each slot as small numbers: the first in one array, for most have no other. */
export function createTerms() {
  const codes = new Map<string, number>();
  const terms: string[] = [];
  /** How many slots have a term; the code of one that none has goes to another term. */
  const uses: number[] = [];
  const freeCodes: number[] = [];
  let first = new Int32Array(1024).fill(none);
  const others: (number[] | undefined)[] = [];
  /** How many slots have more than one term. */
  let withOthers = 0;

  function take(term: string): number {
    let code = codes.get(term);
    if (code === undefined) {
      code = freeCodes.pop() ?? terms.length;
      codes.set(term, code);
      terms[code] = term;
      uses[code] = 0;
    }
    uses[code]!++;
    return code;
  }

  function release(code: number): void {
    if (--uses[code]! > 0) return;
    codes.delete(terms[code]!);
    terms[code] = '';
    freeCodes.push(code);
  }

  function grow(slot: number): void {
    const more = new Int32Array(slot * 2).fill(none);
    more.set(first);
    first = more;
  }

  return {
    set(slot: number, wanted: readonly string[]): void {
      if (slot >= first.length) grow(slot);
      const before = [first[slot]!, ...(others[slot] ?? [])];
      const [code = none, ...rest] = wanted.map(take);
      first[slot] = code;
      withOthers += Number(rest.length > 0) - Number(before.length > 1);
      others[slot] = rest.length > 0 ? rest : undefined;
      for (const one of before) if (one !== none) release(one);
    },
    has: (slot: number, code: number): boolean => first[slot] === code || (others[slot]?.includes(code) ?? false),
    /** Adds one to the count of each term of these slots. */
    count(slots: Int32Array, counts: Uint32Array): void {
      const firsts = first;
      for (let at = 0; at < slots.length; at++) {
        const code = firsts[slots[at]!]!;
        if (code !== none) counts[code]!++;
      }
      if (withOthers === 0) return;
      for (let at = 0; at < slots.length; at++) {
        const rest = others[slots[at]!];
        if (rest) for (let i = 0; i < rest.length; i++) counts[rest[i]!]!++;
      }
    },
    /** The code of a term; undefined when no slot has it. */
    code: (term: string): number | undefined => codes.get(term),
    term: (code: number): string => terms[code]!,
    /** All codes are below. */
    size: () => terms.length,
  };
}

const none = -1;
