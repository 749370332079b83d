/** Text by which a spreadsheet would take a cell for a formula (OWASP, "CSV Injection"). */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;

/** In quotes also what some spreadsheets take for the end of a cell. */
const special = /[",;\t\r\n]|^\s|\s$/;

/** A cell: text, a number, or nothing. */
export type Cell = string | number | null;

/** Returns a line of CSV (RFC 4180) with its end. Text that looks like a formula begins with an apostrophe. */
export const csvLine = (cells: Cell[]): string => `${cells.map(csvCell).join(',')}\r\n`;

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = formula.test(cell) ? `'${cell}` : cell;
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const digits = new Map<string, number>();

/** Returns an amount in minor units as a decimal number, such as `350.00`: by the digits of its currency in ISO 4217. */
export function decimal(minor: number, currency: string): string {
  let known = digits.get(currency);
  if (known === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    known = format.resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, known);
  }
  const text = String(Math.abs(minor)).padStart(known + 1, '0');
  const whole = text.slice(0, text.length - known);
  return `${minor < 0 ? '-' : ''}${whole}${known === 0 ? '' : `.${text.slice(-known)}`}`;
}

const encoder = new TextEncoder();
const byteOrderMark = '\ufeff';

/** A file of CSV; `onFailure` gets the failure that cuts it short. */
export type CsvFile<T> = {
  columns: string[];
  bom: boolean;
  toCells: (row: T) => Cell[];
  onFailure: (error: unknown) => void;
};

/**
 * Returns the bytes of a CSV file, made page by page as its reader takes them, after the first page has been read: a
 * failure until then is an error like any other. When a later page fails the stream fails too, and the connection is
 * cut, so that what has arrived does not look whole.
 */
export async function csvStream<T>(
  pages: AsyncIterable<T[]>,
  { columns, bom, toCells, onFailure }: CsvFile<T>,
): Promise<ReadableStream<Uint8Array>> {
  const rows = pages[Symbol.asyncIterator]();
  const first = await rows.next();
  let head: string | undefined = `${bom ? byteOrderMark : ''}${csvLine(columns)}`;
  let next: IteratorResult<T[]> | undefined = first;
  return new ReadableStream(
    {
      async pull(controller) {
        const page = next ?? (await rows.next().catch((error: unknown) => void onFailure(error)));
        next = undefined;
        if (!page) return controller.error(new Error('the rest of the file can’t be read'));
        const text = (head ?? '') + (page.done ? '' : page.value.map((row) => csvLine(toCells(row))).join(''));
        head = undefined;
        if (text) controller.enqueue(encoder.encode(text));
        if (page.done) controller.close();
      },
      async cancel() {
        await rows.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
