export type Terms = ReturnType<typeof createTerms>;

/** The terms of each slot as small numbers, the same for the same term. */
export function createTerms() {
  const codes = new Map<string, number>();
  const terms: string[] = [];
  /** How many slots have a term; the code of one that none has goes to another term. */
  const uses: number[] = [];
  const freeCodes: number[] = [];
  const bySlot: (number[] | undefined)[] = [];

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

  return {
    set(slot: number, wanted: readonly string[]): void {
      const before = bySlot[slot];
      bySlot[slot] = wanted.length > 0 ? wanted.map(take) : undefined;
      for (const code of before ?? []) release(code);
    },
    of: (slot: number): readonly number[] => bySlot[slot] ?? none,
    /** The code of a term; undefined when no slot has it. */
    code: (term: string): number | undefined => codes.get(term),
    term: (code: number): string => terms[code]!,
    /** All codes are below. */
    size: () => terms.length,
  };
}

const none: readonly number[] = [];
