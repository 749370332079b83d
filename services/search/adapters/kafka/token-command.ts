import { spawn } from 'node:child_process';
import { type Clock, systemClock } from '../../../../shared/async/clock.ts';

/** A token that can't be had. The message is one public sentence; `said` is for the log alone. */
export class TokenError extends Error {
  readonly code = 'KAFKA_TOKEN';
  readonly said: string;

  constructor(message: string, said = '') {
    super(message);
    this.name = 'TokenError';
    this.said = said;
  }
}

export type TokenSource = {
  /** Returns a token that is good for a while. Throws `TokenError`. */
  token(): Promise<string>;
  /** Drops a token that Kafka has refused, so that the next one is another. */
  drop(token: string): void;
  /** Returns why there is no token, while a first one takes long. */
  delay(): TokenError | undefined;
};

const deadlineMs = 10_000;
/** kafkajs logs in again ten seconds before a session ends, which the token's end is. */
const spareMs = 30_000;
/** How long a token without a known end is used. */
const unknownMs = 60_000;
const longMs = 500;

const sources = new Map<string, TokenSource>();

/** Returns the source of a command’s tokens; one for all clients of the process, which come and go. */
export function tokensOf(command: string[]): TokenSource {
  const key = command.join(' ');
  const source = sources.get(key) ?? tokenSource(() => output(command), systemClock);
  sources.set(key, source);
  return source;
}

/** Keeps the token that `print` resolves to until shortly before its end. */
export function tokenSource(print: () => Promise<string>, clock: Clock): TokenSource {
  let current: { token: string; endMs: number } | undefined;
  let printing: { token: Promise<string>; sinceMs: number } | undefined;

  async function renew(): Promise<string> {
    try {
      const token = await print();
      current = { token, endMs: endOf(token) ?? clock.now() + unknownMs + spareMs };
      return token;
    } catch (error) {
      // The one before may still do.
      if (current && clock.now() < current.endMs) return current.token;
      throw error;
    } finally {
      printing = undefined;
    }
  }

  return {
    async token() {
      if (current && clock.now() < current.endMs - spareMs) return current.token;
      printing ??= { token: renew(), sinceMs: clock.now() };
      return printing.token;
    },
    drop(token) {
      if (current?.token === token) current = undefined;
    },
    delay() {
      const isLong = printing && clock.now() - printing.sinceMs > longMs;
      return isLong ? new TokenError('KAFKA_SASL_TOKEN_COMMAND has not printed a token yet') : undefined;
    },
  };
}

/** Returns when a token ends: a JWT's `exp`, or what AWS has signed (MSK IAM); undefined for any other. */
export function endOf(token: string): number | undefined {
  const text = (part: string) => Buffer.from(part, 'base64url').toString();
  try {
    const [, claims] = token.split('.');
    if (claims) return Number(JSON.parse(text(claims)).exp) * 1000 || undefined;
    const { searchParams } = new URL(text(token));
    const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(searchParams.get('X-Amz-Date') ?? '') ?? [];
    const signed = `${date}T${time}Z`.replace(/^(....)(..)(..)T(..)(..)/, '$1-$2-$3T$4:$5:');
    return Date.parse(signed) + Number(searchParams.get('X-Amz-Expires')) * 1000 || undefined;
  } catch {
    return undefined;
  }
}

/** Runs a program to its end; resolves to the one token that it prints. */
function output([program, ...args]: string[]): Promise<string> {
  const name = 'KAFKA_SASL_TOKEN_COMMAND';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // A group of its own, so that all that it has started ends with it.
  const child = spawn(program!, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (said.err = (said.err + text).slice(-500)));
  const timer = setTimeout(() => {
    endGroup(child.pid);
    reject(new TokenError(`${name} has printed no token within ${deadlineMs / 1000} s`, said.err));
  }, deadlineMs);
  child.once('error', ({ message }) => reject(new TokenError(`${name} can’t be run`, message)));
  child.once('close', (code) => {
    const token = said.out.trim();
    if (code !== 0) reject(new TokenError(`${name} has failed, with exit code ${code}`, said.err));
    else if (/^[\x21-\x7e]+$/.test(token)) resolve(token);
    else reject(new TokenError(`${name} must print a token, and nothing else`));
  });
  return promise.finally(() => clearTimeout(timer));
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
