import { expect, test } from 'bun:test';
import { ResponseParser } from './response-parser.ts';

const two = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello' +
    'HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\nX-A: b\r\n\r\n',
);

function parse(chunks: Buffer[]) {
  const seen: [number, number][] = [];
  const parser = new ResponseParser((status, bytes) => seen.push([status, bytes]));
  for (const chunk of chunks) parser.push(chunk);
  return { seen, idle: parser.idle };
}

const both = {
  seen: [
    [200, 5],
    [409, 0],
  ] as [number, number][],
  idle: true,
};

test('two responses in one chunk', () => {
  expect(parse([two])).toEqual(both);
});

test('fed byte by byte', () => {
  expect(parse([...two].map((byte) => Buffer.of(byte)))).toEqual(both);
});

test('cut at every place', () => {
  for (let at = 1; at < two.length; at++) expect(parse([two.subarray(0, at), two.subarray(at)])).toEqual(both);
});

test('a chunk whose memory is used again', () => {
  const memory = Buffer.alloc(two.length);
  const seen: number[] = [];
  const parser = new ResponseParser((status) => seen.push(status));
  for (let at = 0; at < two.length; at += 7) {
    const piece = two.subarray(at, at + 7);
    piece.copy(memory);
    parser.push(memory.subarray(0, piece.length));
    memory.fill(0);
  }
  expect(seen).toEqual([200, 409]);
});

test('an unfinished response is not counted', () => {
  expect(parse([two.subarray(0, 66)])).toEqual({ seen: [], idle: false });
  expect(parse([two.subarray(0, 30)])).toEqual({ seen: [], idle: false });
});

test('what can not be counted throws', () => {
  const chunked = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
  expect(() => parse([chunked])).toThrow('Not understood');
  expect(() => parse([Buffer.from('nonsense\r\n\r\n')])).toThrow('Not understood');
});
