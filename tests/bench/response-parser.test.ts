import { expect, test } from 'bun:test';
import { ResponseParser } from './response-parser.ts';

const three = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello' +
    'HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\nX-A: b\r\n\r\n' +
    'HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n',
);

function parse(pieces: Buffer[]) {
  const seen: [number, number][] = [];
  const parser = new ResponseParser((status, bytes) => seen.push([status, bytes]));
  for (const piece of pieces) parser.push(piece);
  return { seen, idle: parser.idle };
}

const all = {
  seen: [
    [200, 5],
    [409, 0],
    [503, 15],
  ] as [number, number][],
  idle: true,
};

test('three responses in one piece', () => {
  expect(parse([three])).toEqual(all);
});

test('responses that come byte by byte', () => {
  expect(parse([...three].map((byte) => Buffer.of(byte)))).toEqual(all);
});

test('responses that are cut at any place', () => {
  for (let at = 1; at < three.length; at++) expect(parse([three.subarray(0, at), three.subarray(at)])).toEqual(all);
});

test('a piece whose memory is used again', () => {
  const memory = Buffer.alloc(three.length);
  const seen: number[] = [];
  const parser = new ResponseParser((status) => seen.push(status));
  for (let at = 0; at < three.length; at += 7) {
    const piece = three.subarray(at, at + 7);
    piece.copy(memory);
    parser.push(memory.subarray(0, piece.length));
    memory.fill(0);
  }
  expect(seen).toEqual([200, 409, 503]);
});

test('an unfinished response is not counted', () => {
  expect(parse([three.subarray(0, 66)])).toEqual({ seen: [], idle: false });
  expect(parse([three.subarray(0, 30)])).toEqual({ seen: [], idle: false });
});

test('a response that can not be counted throws', () => {
  const endless = 'HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n';
  const badSize = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n';
  for (const text of [endless, badSize, 'nonsense\r\n\r\n']) {
    expect(() => parse([Buffer.from(text)])).toThrow('not understood');
  }
});
