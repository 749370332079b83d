import { oneFault } from './foreign-file.ts';

/** A record of a CSV file, and the line on which it begins. */
export type CsvRecord = { line: number; fields: string[] };

/** Reads CSV by RFC 4180: quoted fields may have separators, line breaks and doubled quotes. Skips empty lines. */
export function readCsv(text: string, separator: string): CsvRecord[] | ReturnType<typeof oneFault> {
  const records: CsvRecord[] = [];
  let [at, line] = [text.startsWith('\uFEFF') ? 1 : 0, 1];
  while (at < text.length) {
    const record: CsvRecord = { line, fields: [] };
    for (let isLast = false; !isLast; ) {
      let field: string;
      if (text[at] === '"') {
        const end = closingQuote(text, at);
        if (end < 0) return oneFault(`line ${line}`, 'a quoted field has no end');
        field = text.slice(at + 1, end).replaceAll('""', '"');
        at = end + 1;
        if (at < text.length && ![separator, '\n', '\r'].includes(text[at]!))
          return oneFault(`line ${line}`, 'has text behind a quoted field');
      } else {
        const end = endOfField(text, at, separator);
        field = text.slice(at, end);
        at = end;
      }
      line += field.split('\n').length - 1;
      record.fields.push(field.trim());
      isLast = text[at] !== separator;
      if (!isLast) at++;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    line++;
    if (record.fields.some((field) => field !== '')) records.push(record);
  }
  return records;
}

function closingQuote(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at < 0 || text[at + 1] !== '"') return at;
    at += 2;
  }
}

function endOfField(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}
