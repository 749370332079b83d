import { AppError } from './errors.ts';

/**
 * What has failed, for somebody at a terminal: a line with the causes, and one with what to do where the cause tells. Stacks
 * and statements are left out.
 */
export function inWords(error: unknown): string {
  const causes = chain(error);
  const told = causes.filter((one) => !isWrapping(one)).map(messageOf);
  const line = told
    .filter((text, i) => text !== '' && !told.slice(0, i).some((before) => before.includes(text)))
    .join(': ');
  const hint = causes.map(hintOf).find(Boolean);
  return [line || 'It failed, and nothing tells why.', ...(hint ? [hint] : [])].join('\n');
}

/** The error and its causes, the outermost first. */
function chain(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let at = error; at !== undefined && at !== null && !found.includes(at); at = causeOf(at)) found.push(at);
  return found;
}

/** Several addresses of one host, each of which was tried, have an error each. */
const causeOf = (error: unknown): unknown =>
  error instanceof AggregateError ? error.errors[0] : error instanceof Error ? error.cause : undefined;

/** Says less than its cause: to clients, in place of the cause, or with the whole statement. */
const isWrapping = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause !== undefined &&
  (error instanceof AppError || error.message.startsWith('Failed query'));

const longest = 500;

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || codeOf(error) || error.name : String(error);
  return text.trim().split('\n')[0]!.slice(0, longest).replace(/\.$/, '');
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
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

function hintOf(error: unknown): string | undefined {
  if (/\b(WRONGPASS|NOAUTH)\b/.test(messageOf(error))) return 'Set REDIS_PASSWORD to what the server knows.';
  return Object.hasOwn(hints, codeOf(error)) ? hints[codeOf(error)] : undefined;
}
