import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, describeConfig, readConfig, type Secret, textOf, v } from './environment.ts';
import { followed } from './sources.ts';
import { remarksOn } from './unknown-variables.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onsale-sources-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const write = async (name: string, text: string) => {
  await writeFile(join(dir, name), text);
  return join(dir, name);
};

const variables = {
  POSTGRES_PASSWORD: { ...v.secret('', '', 3), also: ['PGPASSWORD'] },
  POSTGRES_HOST: { ...v.text('here', ''), also: ['PGHOST'] },
};

const problems = (env: Record<string, string>): string[] => {
  try {
    readConfig(variables, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

describe('a secret in a file', () => {
  test('is read without the line break at its end, under each of its names', async () => {
    const file = await write('password', ' hush \n');
    for (const name of ['POSTGRES_PASSWORD_FILE', 'PGPASSWORD_FILE']) {
      expect(textOf(readConfig(variables, { [name]: file }).POSTGRES_PASSWORD)).toBe(' hush ');
      expect(describeConfig(variables, { [name]: file })[0]).toBe(`POSTGRES_PASSWORD=***  # ${name}`);
    }
  });

  test('is read without the mark that editors on Windows begin a text with', async () => {
    const file = await write('marked', '\uFEFFhush\r\n');
    expect(textOf(readConfig(variables, { POSTGRES_PASSWORD_FILE: file }).POSTGRES_PASSWORD)).toBe('hush');
  });

  test('is refused with the name to mend, and never shown', async () => {
    const short = await write('short', 'xy\n');
    const empty = await write('empty', '\n');
    const none = join(dir, 'none');
    const name = 'POSTGRES_PASSWORD_FILE';
    expect(problems({ [name]: none })).toEqual([`${name}=${none}: there is no such file`]);
    expect(problems({ [name]: dir })).toEqual([`${name}=${dir}: this is a folder, not a file`]);
    expect(problems({ [name]: empty })).toEqual([`${name}=${empty}: the file is empty`]);
    expect(problems({ [name]: short })).toEqual([`${name}=${short}: must have at least 3 bytes`]);
    expect(problems({ [name]: short, POSTGRES_PASSWORD: 'plain' })).toEqual([
      'POSTGRES_PASSWORD, POSTGRES_PASSWORD_FILE: both are set: set one of them',
    ]);
  });

  test('is of no use to a variable that is no secret', async () => {
    const file = await write('host', 'there');
    expect(readConfig(variables, { POSTGRES_HOST_FILE: file }).POSTGRES_HOST).toBe('here');
    expect(remarksOn(variables, { POSTGRES_HOST_FILE: file })[0]).toStartWith('POSTGRES_HOST_FILE is read by nothing');
    expect(remarksOn(variables, { POSTGRES_PASSWORD_FILE: file })).toEqual([]);
  });

  test('is followed when the file changes, and kept while it is missing or wrong', async () => {
    let nowMs = 0;
    const file = await write('followed', 'first');
    const read: Secret = followed(
      file,
      'first',
      (next) => next.length >= 3,
      () => nowMs,
    );
    await write('next', 'second\n');
    await rename(join(dir, 'next'), file);
    expect(read()).toBe('first');
    nowMs = 1000;
    expect(read()).toBe('second');
    await writeFile(file, 'x');
    nowMs = 2000;
    expect(read()).toBe('second');
    await rm(file);
    nowMs = 3000;
    expect(read()).toBe('second');
    await writeFile(file, 'third');
    nowMs = 4000;
    expect(read()).toBe('third');
  });
});

test('a variable under another name counts where its own is not set, and is said to be so', () => {
  expect(readConfig(variables, { PGHOST: 'there' }).POSTGRES_HOST).toBe('there');
  expect(readConfig(variables, { PGHOST: 'there', POSTGRES_HOST: 'elsewhere' }).POSTGRES_HOST).toBe('elsewhere');
  expect(readConfig(variables, { PGHOST: '' }).POSTGRES_HOST).toBe('here');
  expect(describeConfig(variables, { PGHOST: 'there' })[1]).toBe('POSTGRES_HOST=there  # PGHOST');
  expect(remarksOn(variables, { PGHOST: 'there' })).toEqual([]);
});
