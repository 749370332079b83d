import { expect, test } from 'bun:test';
import { lineOfJsonFault } from './json-line.ts';

test.each([
  ['{"a": 1,\n "b": }', 2],
  ['{"a": 1\n\n "b": 2}', 3],
  ['[1, 2,\n]', 2],
  ['{"a": [1, {"b": "c"}],\n"d": -1.5e3,\n"e": nul}', 3],
  ['{"a": "x\ny"}', 1],
  ['{"a": 1}\n\n}', 3],
  ['{"a":\n[1, 2}', 2],
  ['{"a":\n', 2],
  ['{"a" 1}', 1],
  ["{\n'a': 1}", 2],
  ['{"a": 01}', 1],
])('%j stops being JSON on line %i', (text, line) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(lineOfJsonFault(text)).toBe(line);
});
