import { z } from 'zod';

/** One environment variable: how its text is read, what it is when absent, and what it means (README's words). */
export type Variable<T> = {
  read: z.ZodType<T, string>;
  default: string;
  meaning: string;
  secret?: boolean;
  /** What may be shown of a secret that is right; without it, nothing. */
  shown?: (text: string) => string;
};

export type Variables = Record<string, Variable<unknown>>;
export type Values<V extends Variables> = { [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/** Thrown when variables are wrong: one line each, so that all can be mended at once. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`Wrong configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads the named variables. An empty text counts as absent. Throws `ConfigError` naming every wrong one. */
export function readConfig<V extends Variables>(variables: V, env: Record<string, string | undefined>): Values<V> {
  const values: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [name, variable] of Object.entries(variables)) {
    const text = env[name] || variable.default;
    const parsed = variable.read.safeParse(text);
    if (parsed.success) values[name] = parsed.data;
    else
      problems.push(
        `${name}=${variable.secret ? '***' : text}: ${parsed.error.issues.map((i) => i.message).join('; ')}`,
      );
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return values as Values<V>;
}

/**
 * The variables as they are in force, a line each in the order given: `NAME=value`, with `# default` behind those that
 * are not set. Of a secret only what may be seen is shown. Throws `ConfigError` as `readConfig` does.
 */
export function describeConfig(variables: Variables, env: Record<string, string | undefined>): string[] {
  readConfig(variables, env);
  return Object.entries(variables).map(([name, variable]) => {
    const text = env[name] || variable.default;
    const shown = variable.secret && text !== '' ? (variable.shown?.(text) ?? '***') : text;
    return `${name}=${shown}${env[name] ? '' : '  # default'}`;
  });
}

const variable = <T>(read: z.ZodType<T, string>, fallback: string, meaning: string): Variable<T> => ({
  read,
  default: fallback,
  meaning,
});

/** Readers of variables: each turns a text into a value or says what it should have been. */
export const v = {
  text: (fallback: string, meaning: string) => variable(z.string(), fallback, meaning),
  /** A text that is not shown; of `leastBytes` in UTF-8, if it is set. */
  secret: (fallback: string, meaning: string, leastBytes = 0): Variable<string> => ({
    ...variable(
      z
        .string()
        .refine(
          (text) => text === '' || new TextEncoder().encode(text).length >= leastBytes,
          `must have at least ${leastBytes} bytes`,
        ),
      fallback,
      meaning,
    ),
    secret: true,
  }),
  /** A text that `pattern` takes whole; `words` say what it must be. */
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
  /** Go's notation, as the original had it ("1m30s", "500ms"), or plain seconds; the value is in milliseconds. */
  duration: (fallback: string, meaning: string) =>
    variable(
      z.string().transform((text, context) => {
        const ms = durationMs(text);
        if (ms !== undefined) return ms;
        context.addIssue({ code: 'custom', message: 'must be a duration such as 500ms, 15s, 5m or 1h' });
        return z.NEVER;
      }),
      fallback,
      meaning,
    ),
  /** "host:port" or, as the original had it, ":port", which then means `host`. Port 0 takes any free port. */
  address: (fallback: string, meaning: string, host = '0.0.0.0') =>
    variable(
      z.string().transform((text, context) => {
        const match = /^(\[[0-9a-fA-F:]+\]|[^:]*):(\d{1,5})$/.exec(text);
        const port = Number(match?.[2]);
        if (match && port <= 65_535) return { host: match[1]?.replace(/[[\]]/g, '') || host, port };
        context.addIssue({ code: 'custom', message: 'must be host:port or :port' });
        return z.NEVER;
      }),
      fallback,
      meaning,
    ),
  /** One or more "host:port", separated by commas; a protocol before them, as Kafka writes it, is passed over. Or none. */
  addresses: (meaning: string) =>
    variable(
      z.string().transform((text, context) => {
        const parts = text === '' ? [] : text.split(',').map((part) => part.trim().replace(/^\w+:\/\//, ''));
        if (parts.every((part) => /^[^\s:/@]+:\d{1,5}$/.test(part))) return parts;
        context.addIssue({ code: 'custom', message: 'must be host:port, or several with commas between' });
        return z.NEVER;
      }),
      '',
      meaning,
    ),
  /** One http(s) address. Or none. */
  url: (meaning: string) =>
    variable(
      z.string().refine((text) => text === '' || isHttp(text), 'must be http://host:port'),
      '',
      meaning,
    ),
  /** One or more http(s) addresses, separated by commas. Or none. */
  urls: (meaning: string): Variable<string[]> => ({
    ...variable(
      z.string().transform((text, context) => {
        const parts = text === '' ? [] : text.split(',').map((part) => part.trim());
        if (parts.every(isHttp)) return parts;
        context.addIssue({ code: 'custom', message: 'must be http://host:port, or several with commas between' });
        return z.NEVER;
      }),
      '',
      meaning,
    ),
    // They may carry a user and password.
    secret: true,
    shown: (text) => text.replaceAll(/\/\/[^/,]*@/g, '//***@'),
  }),
};

const isHttp = (text: string) => URL.canParse(text) && /^https?:/.test(text);

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

/** Where something listens. */
export type Address = { host: string; port: number };
