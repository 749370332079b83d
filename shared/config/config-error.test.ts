import { expect, test } from 'bun:test';
import { ConfigError, checkAll } from './config-error.ts';

test('all problems are told, and each once', () => {
  const refuse = (problem: string) => () => {
    throw new ConfigError([problem]);
  };
  expect(() => checkAll([refuse('A: is wrong'), () => {}, refuse('A: is wrong'), refuse('B: is wrong')])).toThrow(
    /^Wrong configuration:\n {2}A: is wrong\n {2}B: is wrong$/,
  );
  expect(() => checkAll([() => {}])).not.toThrow();
});
