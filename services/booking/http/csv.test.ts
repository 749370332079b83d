import { describe, expect, test } from 'bun:test';
import { csvLine, csvStream, decimal } from './csv.ts';

describe('a line of CSV', () => {
  test.each([
    ['A1', 'A1'],
    ['', ''],
    ['Saal "Eins", links', '"Saal ""Eins"", links"'],
    ['two\r\nlines', '"two\r\nlines"'],
    ['a;b', '"a;b"'],
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['\r=1', '"\'\r=1"'],
    ['＝1', "'＝1"],
    ['1-1=0', '1-1=0'],
    ['Größe 🎭', 'Größe 🎭'],
  ])('has %j as %j', (text, cell) => {
    expect(csvLine([text, 7, null])).toBe(`${cell},7,\r\n`);
  });
});

test.each([
  [35_000, 'USD', '350.00'],
  [5, 'EUR', '0.05'],
  [0, 'EUR', '0.00'],
  [-1205, 'EUR', '-12.05'],
  [1200, 'JPY', '1200'],
  [1234, 'KWD', '1.234'],
  [35_000, 'QQQ', '350.00'],
])('%d minor units of %s are %s', (minor, currency, text) => {
  expect(decimal(minor, currency)).toBe(text);
});

describe('a stream of CSV', () => {
  const read: number[] = [];
  async function* pages(count: number, failsAt = Number.POSITIVE_INFINITY) {
    for (let page = 0; page < count; page++) {
      if (page === failsAt) throw new Error('the database is away');
      read.push(page);
      yield [page];
    }
  }
  const failures: unknown[] = [];
  const file = { columns: ['n'], bom: false, toCells: (n: number) => [n], onFailure: (e: unknown) => failures.push(e) };

  test('is its columns and every row, after a byte order mark if asked', async () => {
    expect(await new Response(await csvStream(pages(3), file)).text()).toBe('n\r\n0\r\n1\r\n2\r\n');
    const bytes = await new Response(await csvStream(pages(0), { ...file, bom: true })).bytes();
    expect([...bytes]).toEqual([0xef, 0xbb, 0xbf, ...Buffer.from('n\r\n')]);
  });

  test('reads no page before its reader asks for it', async () => {
    read.length = 0;
    const reader = (await csvStream(pages(1000), file)).getReader();
    await reader.read();
    await reader.read();
    expect(read.length).toBeLessThanOrEqual(3);
    await reader.cancel();
  });

  test('fails where a page can’t be read: the first, before it begins', async () => {
    await expect(csvStream(pages(3, 0), file)).rejects.toThrow('the database is away');
    const stream = await csvStream(pages(3, 2), file);
    await expect(new Response(stream).text()).rejects.toThrow('the rest of the file can’t be read');
    expect(failures).toHaveLength(1);
  });
});
