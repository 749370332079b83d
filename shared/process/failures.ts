import { postgresTlsNames } from '../config/postgres.ts';
import { tlsTrouble } from '../config/tls.ts';
import { AppError, codeOf } from '../errors.ts';

/**
 * Formats an error for a terminal: a line with the causes, and one with the remedy if it is known. Stacks and
 * statements are left out.
 */
export function inWords(error: unknown): string {
  const causes = chain(error);
  const told = causes.filter((one) => !isWrapping(one)).map(messageOf);
  const line = told
    .filter((text, i) => text !== '' && !told.slice(0, i).some((before) => before.includes(text)))
    .filter((text, i, rest) => !isBetween(text, rest[i - 1], rest[i + 1]))
    .join(': ');
  const hint = causes.map(hintOf).find(Boolean) ?? hintOfPlain(line) ?? hintOfTls(line, causes);
  return [line || 'It failed, and nothing tells why.', ...(hint ? [hint] : [])].join('\n');
}

/** Adds to an error of `work` that it is about the PostgreSQL that the variables name. */
export async function inPostgres<T>(
  { host, port }: { host: string; port: number },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`PostgreSQL at ${host}:${port}`, { cause: error });
  }
}

/** Between a server's address and its error, "failed" need not be said. */
const isBetween = (text: string, before = '', after = ''): boolean => {
  const [, server] = /^(\S+) at \S+$/.exec(before) ?? [];
  return server !== undefined && after !== '' && text.startsWith(`${server} `);
};

/** The error and its causes, the outermost first. */
function chain(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && !found.includes(at); at = causeOf(at)) found.push(at);
  return found;
}

/** Several addresses of one host, each of which was tried, have an error each. */
const causeOf = (error: unknown): unknown =>
  error instanceof AggregateError ? error.errors[0] : error instanceof Error ? error.cause : undefined;

/** Has less information than its cause: a message for clients, or one with the whole statement. */
const isWrapping = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause !== undefined &&
  (error instanceof AppError || error.message.startsWith('Failed query'));

const longest = 500;

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || codeOf(error) || error.name : String(error);
  return text.trim().split('\n')[0]!.slice(0, longest).replace(/\.$/, '');
}

/** By code: the system's, or PostgreSQL's SQLSTATE. */
const hints: Record<string, string> = {
  ECONNREFUSED: 'Nothing listens there: is the server running, and is this its address?',
  ConnectionRefused: 'Nothing listens there: is the server running, and is this its address?',
  ENOTFOUND: 'No host has this name: is it written right?',
  EAI_AGAIN: 'The host’s name could not be looked up: is the network there?',
  CONNECT_TIMEOUT: 'No answer came from there: is the server running, and does a firewall lie between?',
  '28P01': 'Set POSTGRES_USER and POSTGRES_PASSWORD to what the server knows.',
  '28000': 'The server lets nobody in this way: see its pg_hba.conf, POSTGRES_USER and POSTGRES_SSLMODE.',
  '3D000': 'Create the database, or set POSTGRES_DBNAME to one that is there.',
  '42P01': 'The schema is missing or of another release: run `events migrate`.',
  '42703': 'The schema is missing or of another release: run `events migrate`.',
  '42501': 'POSTGRES_USER lacks the right to do this: grant it, or set another.',
};

/** The end of a connection to a server without TLS; its code only says that it has ended. */
function hintOfPlain(line: string): string | undefined {
  const isPlain = line.startsWith('PostgreSQL') && line.includes('before secure TLS connection was established');
  return isPlain ? 'Does the server speak TLS? Turn ssl on there: POSTGRES_SSLMODE asks for it.' : undefined;
}

function hintOfTls(line: string, causes: unknown[]): string | undefined {
  const told = line.startsWith('PostgreSQL at ') ? tlsTrouble('It', causes[0], postgresTlsNames) : undefined;
  return told && `${told}.`;
}

function hintOf(error: unknown): string | undefined {
  if (/\b(WRONGPASS|NOAUTH)\b/.test(messageOf(error))) return 'Set REDIS_PASSWORD to what the server knows.';
  return Object.hasOwn(hints, codeOf(error)) ? hints[codeOf(error)] : undefined;
}
