import { describe, expect, test } from 'bun:test';
import { ConfigError, readConfig, v } from './environment.ts';

const read = <T>(variable: ReturnType<typeof v.text> | unknown, text: string): T => {
  const values = readConfig({ IT: variable as ReturnType<typeof v.text> }, { IT: text });
  return values.IT as T;
};

describe('variables', () => {
  test('durations are seconds, as the original had them, or Go’s notation', () => {
    const duration = v.duration('1s', '');
    const cases = { '300': 300_000, '0': 0, '500ms': 500, '15s': 15_000, '1m30s': 90_000, '1.5h': 5_400_000 };
    for (const [text, ms] of Object.entries(cases)) expect(read<number>(duration, text)).toBe(ms);
    for (const text of ['x', '1d', '-1s', '1 s', 's', '1m30', '1.5', '1e3']) {
      expect(() => read(duration, text)).toThrow('must be a duration such as');
    }
  });

  test('durations keep to their bounds, which are at most those of a timer', () => {
    const [usual, bounded] = [v.duration('1s', ''), v.duration('1m', '', { least: '1s', most: '2m' })];
    for (const text of ['577h', '9'.repeat(400)]) expect(() => read(usual, text)).toThrow('from 0s to 576h');
    expect(read<number>(usual, '576h')).toBeLessThan(2 ** 31);
    for (const text of ['0', '999ms', '121s']) expect(() => read(bounded, text)).toThrow('from 1s to 2m');
    for (const text of ['1s', '2m']) expect(read<number>(bounded, text)).toBeGreaterThan(0);
  });

  test('blanks and line breaks around a text are refused, and shown', () => {
    for (const text of [' a', 'a ', 'a\n', 'a\u0000b']) {
      expect(() => read(v.text('', ''), text)).toThrow(`IT=${JSON.stringify(text)}: must`);
    }
    expect(() => read(v.integer(1, 0, 9, ''), ' 5')).toThrow('IT=" 5": must be a whole number');
    expect(read<string>(v.text('', ''), 'two words')).toBe('two words');
    expect(() => read(v.secret('', ''), 'hush\n')).toThrow('IT=***: must have no line break');
    expect(read<string>(v.secret('', ''), ' hush ')).toBe(' hush ');
  });

  test('addresses may leave out the host', () => {
    const address = v.address(':8080', '');
    expect(read<object>(address, ':9')).toEqual({ host: '0.0.0.0', port: 9 });
    expect(read<object>(address, 'localhost:0')).toEqual({ host: 'localhost', port: 0 });
    expect(read<object>(address, 'localhost:65535')).toEqual({ host: 'localhost', port: 65_535 });
    expect(read<object>(address, '[::1]:80')).toEqual({ host: '::1', port: 80 });
    for (const text of ['8080', ':x', ':65536', 'a:b:1']) expect(() => read(address, text)).toThrow('host:port');
  });

  test('whole numbers, flags and choices name the expected form', () => {
    expect(read<number>(v.integer(1, 0, 10, ''), '10')).toBe(10);
    for (const text of ['11', '1.5', '-1', 'x', '0x1']) {
      expect(() => read(v.integer(1, 0, 10, ''), text)).toThrow('whole number from 0 to 10');
    }
    expect(read<boolean>(v.flag(false, ''), 'true')).toBe(true);
    expect(() => read(v.flag(false, ''), 'yes')).toThrow('true or false');
    expect(() => read(v.oneOf(['a', 'b'], 'a', ''), 'c')).toThrow('one of a, b');
  });

  test('a text with a required form names it', () => {
    const name = v.matching(/^[a-z]+$/, 'must be small letters', 'abc', '');
    expect(read<string>(name, 'xyz')).toBe('xyz');
    expect(() => read(name, 'X')).toThrow('must be small letters');
  });

  test('an absent or empty variable has its default', () => {
    const variables = { PORT: v.integer(5432, 1, 65_535, '') };
    expect(readConfig(variables, {})).toEqual({ PORT: 5432 });
    expect(readConfig(variables, { PORT: '' })).toEqual({ PORT: 5432 });
  });

  test('all wrong variables are named at once, and secrets are not shown', () => {
    const variables = { A: v.integer(1, 1, 2, ''), B: v.flag(true, ''), C: v.secret('', ''), D: v.text('', '') };
    let message = '';
    try {
      readConfig(variables, { A: '7', B: 'maybe', C: 'hush', D: 'fine' });
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
      message = (error as Error).message;
    }
    expect(message).toContain('A=7: must be a whole number from 1 to 2');
    expect(message).toContain('B=maybe: must be true or false');
    expect(message).not.toContain('hush');
  });
});
