/** Gives each text a small number as long as it is used; then the number goes to another text. */
export function createCodes() {
  const codes = new Map<string, number>();
  const texts: string[] = [];
  const uses: number[] = [];
  const free: number[] = [];

  return {
    /** Returns the code of a text, which has one use more now. */
    take(text: string): number {
      let code = codes.get(text);
      if (code === undefined) {
        code = free.pop() ?? texts.length;
        codes.set(text, code);
        texts[code] = text;
        uses[code] = 0;
      }
      uses[code]!++;
      return code;
    },
    /** Ends one use. */
    release(code: number): void {
      if (--uses[code]! > 0) return;
      codes.delete(texts[code]!);
      texts[code] = '';
      free.push(code);
    },
    /** The code of a text; undefined when it is not used. */
    code: (text: string): number | undefined => codes.get(text),
    text: (code: number): string => texts[code]!,
    /** All codes are below. */
    size: (): number => texts.length,
  };
}
