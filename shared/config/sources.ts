import { readFileSync, statSync } from 'node:fs';
import { codeOf } from '../errors.ts';
import { ConfigError } from './config-error.ts';
import type { Env, Variable } from './environment.ts';

/**
 * Where the text of a variable comes from: `name` is the one that is set, `file` the file that holds the text. `whole`
 * is the text there of which this one is a part, and how it is taken from it.
 */
export type Source = {
  name: string;
  text: string;
  file?: string;
  whole?: { text: string; take(whole: string): string | undefined };
};

type Sourced = Pick<Variable<unknown>, 'also' | 'inFile' | 'derived' | 'unless'>;

/**
 * Finds the text of a variable: by its own name, else as a part of another variable, else by another name that it has;
 * for a secret also in the file that `NAME_FILE` names. Undefined if none is set; an empty text counts as not set.
 * Throws `ConfigError` for a file that can't be read, for a text beside its file, and for a part that says otherwise.
 */
export function sourceOf(own: string, variable: Sourced, env: Env): Source | undefined {
  if (variable.unless && env[variable.unless]) return undefined;
  const set = named(own, variable, env);
  const derived = variable.derived?.(env);
  if (set && derived && set.text !== derived.text) {
    throw new ConfigError([`${derived.name}, ${set.name}: each says something else: write it in one of them`]);
  }
  if (set ?? derived) return set ?? derived;
  for (const name of variable.also ?? []) {
    const found = named(name, variable, env);
    if (found) return found;
  }
  return undefined;
}

function named(name: string, { inFile }: Sourced, env: Env): Source | undefined {
  const text = isServiceLink(name, env) ? '' : (env[name] ?? '');
  const file = inFile ? (env[`${name}_FILE`] ?? '') : '';
  if (text && file) throw new ConfigError([`${name}, ${name}_FILE: both are set: set one of them`]);
  if (text) return { name, text };
  return file ? { name: `${name}_FILE`, text: readSecret(`${name}_FILE`, file), file } : undefined;
}

/** Returns all names under which a variable is read. */
export const namesOf = (own: string, variable: Variable<unknown>): string[] =>
  [own, ...(variable.also ?? [])].flatMap((name) => (variable.inFile ? [name, `${name}_FILE`] : [name]));

function readSecret(name: string, file: string): string {
  try {
    const text = readNamed(file);
    if (text !== '') return text;
  } catch (error) {
    throw new ConfigError([`${name}=${file}: ${unreadable(error)}`]);
  }
  throw new ConfigError([`${name}=${file}: the file is empty`]);
}

/** Returns the text of a file without the line break at its end, and the mark that editors on Windows begin it with. */
export const readNamed = (file: string): string => readFileSync(file, 'utf8').replace(/^\uFEFF|\r?\n$/g, '');

/** Returns why a file that a variable names can't be read. */
export function unreadable(error: unknown): string {
  const code = codeOf(error);
  return unreadableBy[code] ?? `the file can’t be read (${code || error})`;
}

const unreadableBy: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'this process may not read the file',
  EISDIR: 'this is a folder, not a file',
};

const lookAgainMs = 1000;

/**
 * Returns a function that returns the text of a file as it is now, looking at most once a second whether it has
 * changed. `accepts` may refuse a new text: then, and while the file can't be read, the text before stays.
 */
export function followed(
  file: string,
  text: string,
  accepts: (text: string) => boolean,
  nowMs = () => performance.now(),
): () => string {
  // It may have changed since its text was read.
  let version = '';
  let lookedMs = nowMs();
  return () => {
    if (nowMs() - lookedMs < lookAgainMs) return text;
    lookedMs = nowMs();
    const now = versionOf(file);
    if (now === version) return text;
    version = now;
    try {
      const next = readNamed(file);
      if (next !== '' && accepts(next)) text = next;
    } catch {
      // It is being replaced.
    }
    return text;
  };
}

/** Kubernetes replaces a mounted secret by a link to another folder, so that its inode changes. */
function versionOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'none';
  }
}

/**
 * Returns whether Kubernetes (`enableServiceLinks`) or Docker (`--link`) has set this: a Service named `postgres` makes
 * POSTGRES_PORT=tcp://10.0.0.1:5432 in every pod beside it, and the same text as POSTGRES_PORT_5432_TCP.
 */
export function isServiceLink(name: string, env: Env): boolean {
  const text = env[name] ?? '';
  const [, protocol, port] = /^(tcp|udp|sctp):\/\/\S+:(\d+)$/.exec(text) ?? [];
  return name.endsWith('_PORT') && protocol !== undefined && env[`${name}_${port}_${protocol.toUpperCase()}`] === text;
}
