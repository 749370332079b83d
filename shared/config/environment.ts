import { z } from 'zod';
import { AddressError, masked, partsOf, refuseMore, shownOf, shownOfAddress } from './addresses.ts';
import { ConfigError } from './config-error.ts';
import {
  hostAlone,
  httpAddresses,
  httpParts,
  listenAddress,
  type RedisAddress,
  redisAddress,
  sentinelNodes,
} from './server-addresses.ts';
import { followed, type Source, sourceOf } from './sources.ts';

export { ConfigError, checkAll } from './config-error.ts';
export type { Address } from './server-addresses.ts';

/** One environment variable: its parser, its default, and its meaning (for the documentation). */
export type Variable<T> = {
  read: z.ZodType<T, string>;
  default: string;
  meaning: string;
  secret?: boolean;
  /** Its text may be in a file that `NAME_FILE` names: that of a secret, and of an address that may carry one. */
  inFile?: boolean;
  /** Other names of it, which count where its own is not set: those of the ecosystem, such as libpq's. */
  also?: string[];
  /** Returns its text where another variable has that as a part, as an address has a password. */
  derived?: (env: Env) => Source | undefined;
  /** The variable that must not be set, or else this one counts as not set. */
  unless?: string;
  /** Returns the part of a right text that may be shown; without it nothing of a `secret` is shown. */
  shown?: (text: string) => string;
  /** An address, or a text that is often mistaken for one: little of a wrong one is shown. */
  isAddress?: boolean;
};

/** The environment's texts by name. */
export type Env = Record<string, string | undefined>;
export type Variables = Record<string, Variable<unknown>>;
export type Values<V extends Variables> = { [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/** A secret: its text, or, where a file holds it, a function that returns the file's text of now. */
export type Secret = string | (() => string);

/** Returns a secret as it is now. */
export const textOf = (secret: Secret): string => (typeof secret === 'string' ? secret : secret());

/**
 * Reads the named variables, each by its own name, another that it has, or for a secret from a file (`NAME_FILE`). An
 * empty text counts as absent. Throws `ConfigError` naming every wrong one.
 */
export function readConfig<V extends Variables>(variables: V, env: Env): Values<V> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, variable] of Object.entries(variables)) {
    try {
      values[name] = readOne(name, variable, env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Values<V>;
}

function readOne(own: string, variable: Variable<unknown>, env: Env): unknown {
  const source = sourceOf(own, variable, env);
  const text = source?.text ?? variable.default;
  const parsed = variable.read.safeParse(text);
  if (!parsed.success) {
    const covered = source?.file ?? (variable.secret ? '***' : shownOf(text));
    const shown = variable.isAddress && !source?.file ? shownOfAddress(text) : covered;
    throw new ConfigError([`${source?.name ?? own}=${shown}: ${parsed.error.issues.map((i) => i.message).join('; ')}`]);
  }
  if (!source?.file || !variable.secret) return parsed.data;
  const { take, text: whole } = source.whole ?? { take: (all: string) => all, text };
  const now = followed(source.file, whole, (next) => variable.read.safeParse(take(next)).success);
  return () => take(now()) ?? '';
}

/**
 * Returns the variables in force, a line each in the order given: `NAME=value`, with `# default` after those that are
 * not set, and the name under which it is set after one that has another. Only the public part of a secret is shown.
 * Throws `ConfigError` as `readConfig` does.
 */
export function describeConfig(variables: Variables, env: Env): string[] {
  readConfig(variables, env);
  return Object.entries(variables).map(([name, variable]) => {
    const source = sourceOf(name, variable, env);
    const text = source?.text ?? variable.default;
    const shown = variable.shown?.(text) ?? (variable.secret && text !== '' ? '***' : text);
    const from = source ? (source.name === name ? '' : `  # ${source.name}`) : '  # default';
    return `${name}=${shown}${from}`;
  });
}

const variable = <T>(read: z.ZodType<T, string>, fallback: string, meaning: string): Variable<T> => ({
  read,
  default: fallback,
  meaning,
});

/** Returns a reader made of `read`, which returns a value or throws `AddressError`. */
const addressReader = <T>(read: (text: string) => T): z.ZodType<T, string> =>
  z.string().transform((text, context) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });

/** A variable that `read` turns into an address; `read` throws `AddressError` for a text that is none. */
export const address = <T>(read: (text: string) => T, fallback: string, meaning: string): Variable<T> => ({
  ...variable(addressReader(read), fallback, meaning),
  isAddress: true,
});

const plainText = z
  .string()
  .refine((text) => text === text.trim(), 'must have no blank at its start or end')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is refused
  .refine((text) => !/[\u0000-\u001f\u007f]/.test(text), 'must be one line of text');

/** Readers of variables: each turns a text into a value or names the expected form. */
export const v = {
  text: (fallback: string, meaning: string) => variable(plainText, fallback, meaning),
  /** A text that is not shown; of `leastBytes` in UTF-8, if it is set. */
  secret: (fallback: string, meaning: string, leastBytes = 0): Variable<Secret> => ({
    ...variable<string>(
      z
        .string()
        .refine(
          (text) => text === '' || new TextEncoder().encode(text).length >= leastBytes,
          `must have at least ${leastBytes} bytes`,
        )
        // A file or `echo` has put it there; it is no part of the secret.
        .refine((text) => !/^[\r\n]|[\r\n]$/.test(text), 'must have no line break at its start or end'),
      fallback,
      meaning,
    ),
    secret: true,
    inFile: true,
  }),
  /**
   * A database's name; libpq would also accept a whole address with a password. `instead` names the variables for that.
   */
  database: (fallback: string, meaning: string, instead: string): Variable<string> => ({
    ...variable(
      plainText.refine(
        (text) => !/:\/\/|=/.test(text),
        `must be a name alone, without :// and =: write the parts of an address into ${instead}`,
      ),
      fallback,
      meaning,
    ),
    isAddress: true,
  }),
  /** A text that matches the whole `pattern`; `words` describe it. */
  matching: (pattern: RegExp, words: string, fallback: string, meaning: string) =>
    variable(z.string().regex(pattern, words), fallback, meaning),
  integer: (fallback: number, min: number, max: number, meaning: string) =>
    variable(
      z
        .string()
        .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
        .transform(Number)
        .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`),
      String(fallback),
      meaning,
    ),
  oneOf: <const O extends string>(options: readonly [O, ...O[]], fallback: O, meaning: string) =>
    variable(
      z.enum(options, `must be one of ${options.join(', ')}`) as unknown as z.ZodType<O, string>,
      fallback,
      meaning,
    ),
  flag: (fallback: boolean, meaning: string) =>
    variable(
      z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true') as unknown as z.ZodType<
        boolean,
        string
      >,
      String(fallback),
      meaning,
    ),
  /**
   * Go's notation, as the original had it ("1m30s", "500ms"), or plain seconds; the value is in milliseconds. `least`
   * and `most` are bounds in the same notation; a timer takes no more than the usual `most`.
   */
  duration: (fallback: string, meaning: string, { least = '0s', most = '576h' } = {}) =>
    variable(
      z.string().transform((text, context) => {
        const ms = durationMs(text);
        if (ms !== undefined && ms >= durationMs(least)! && ms <= durationMs(most)!) return ms;
        const range = ms === undefined ? '' : ` from ${least} to ${most},`;
        context.addIssue({ code: 'custom', message: `must be a duration${range} such as 500ms, 15s, 5m or 1h` });
        return z.NEVER;
      }),
      fallback,
      meaning,
    ),
  /** "host:port" or, as the original had it, ":port", which then means `host`. Port 0 takes any free port. */
  address: (fallback: string, meaning: string, host = '0.0.0.0') =>
    address((text) => listenAddress(text, host), fallback, meaning),
  /** Like `address`, for something that is not served while it is empty. */
  optionalAddress: (meaning: string, host = '0.0.0.0') =>
    address((text) => (text === '' ? undefined : listenAddress(text, host)), '', meaning),
  /**
   * A host's name or IP address, or the folder of a socket on this machine; or none. `instead` names variables for the
   * rest.
   */
  host: (fallback: string, meaning: string, instead: { port: string; url: string }) =>
    address((text) => hostAlone(text, instead), fallback, meaning),
  /**
   * One or more "host:port" of Redis, separated by commas, or redis:// or rediss:// with a login and a database. Or none.
   */
  redis: (meaning: string): Variable<RedisAddress> => ({
    ...address(redisAddress, '', meaning),
    shown: masked,
    inFile: true,
  }),
  /** One or more "host:port" of Sentinel, separated by commas. Or none. */
  sentinels: (meaning: string): Variable<string[]> => address(sentinelNodes, '', meaning),
  /**
   * One http(s) address, with a path or a query only if allowed; a refusal shows the `example`, and `login` names the
   * variables for a user and password. Or none.
   */
  url: (meaning: string, { path = true, query = false, example = '', login = '' } = {}): Variable<string> => ({
    ...address(
      (text) => {
        if (text === '') return text;
        const parts = httpParts(partsOf(text), example ? `a whole address, such as ${example}` : undefined);
        if (parts.user || parts.password) {
          const instead = login ? `write them into ${login}` : 'none is sent';
          throw new AddressError(`must have no user or password in it: ${instead}`);
        }
        if (!query && parts.query) throw new AddressError('must have nothing behind ?');
        if (!path) refuseMore(parts, 'http://host:port');
        return text;
      },
      '',
      meaning,
    ),
    // A key may be in it.
    shown: (text) => text.replace(/\?.+$/, '?***'),
  }),
  /**
   * One or more http(s) addresses, separated by commas, all with the same user and password or all without. Or none.
   */
  urls: (meaning: string): Variable<string[]> => ({
    ...address(httpAddresses, '', meaning),
    // They may carry a user and password.
    shown: masked,
    inFile: true,
  }),
};

function durationMs(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let total = 0;
  for (const [, amount, name] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * unit[name as keyof typeof unit];
  }
  return total;
}
