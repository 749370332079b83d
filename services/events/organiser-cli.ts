import { parseArgs } from 'node:util';
import type { Author } from '../../shared/audit/audit-log.ts';
import { type Scope, scopes } from '../../shared/auth/actor.ts';
import { postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { AppError, causesOf } from '../../shared/errors.ts';
import { inPostgres } from '../../shared/process/failures.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import type { Command, Env } from '../../shared/process/program.ts';
import { postgresPorts } from './adapters/postgres/ports.ts';
import type { KnownApiKey } from './domain/api-key/api-key.ts';
import { createApiKey } from './domain/api-key/create-api-key.ts';
import { listApiKeys } from './domain/api-key/list-api-keys.ts';
import { revokeApiKey } from './domain/api-key/revoke-api-key.ts';
import { createOrganiser } from './domain/organiser/create-organiser.ts';
import type { Ports } from './domain/ports.ts';

/** A person who reaches the database may do everything; the audit log has it as the system’s. */
const author: Author = { actor: { is: 'system' } };

/** The commands on organisers and their API keys. */
export const organiserCommands: Record<string, Command> = {
  organiser: {
    usage: [['organiser create NAME', 'make an organiser, and print its uuid']],
    run: runOrganiser,
  },
  'api-key': {
    usage: [
      [
        'api-key create --name NAME [--organiser UUID] [--scopes read]',
        `make an API key and print it, this once; of the platform unless an organiser is named. Scopes: ${scopes.join(',')}`,
      ],
      ['api-key list [--organiser UUID]', 'list API keys, the newest first'],
      ['api-key revoke UUID', 'revoke an API key; it ends within a second'],
    ],
    run: runApiKey,
  },
};

async function runOrganiser(args: string[], env: Env): Promise<void> {
  const [verb, name, ...more] = args;
  if (verb !== 'create' || !name?.trim() || more.length > 0) {
    throw new UsageError('events organiser takes create and a name. See events --help.');
  }
  const organiser = { uuid: crypto.randomUUID(), name: oneLine('the name', name) };
  const { uuid } = await onPorts(env, (ports) => createOrganiser(ports, { author, ...organiser }));
  console.log(uuid);
}

async function runApiKey(args: string[], env: Env): Promise<void> {
  const [verb, ...rest] = args;
  const { values, positionals } = parseKeyArgs(rest);
  const organiser = values.organiser === undefined ? undefined : uuidIn('--organiser', values.organiser);
  if (verb === 'create' && positionals.length === 0 && values.name?.trim()) {
    const request = { name: oneLine('--name', values.name), scopes: scopesIn(values.scopes), organiserUuid: organiser };
    const { key, uuid } = await onPorts(env, (ports) => createApiKey(ports, { author, ...request }));
    console.error(`API key ${uuid}: keep it, it is shown this once.`);
    console.log(key);
  } else if (verb === 'list' && positionals.length === 0) {
    await onPorts(env, (ports) => printKeys(ports, organiser));
  } else if (verb === 'revoke' && positionals.length === 1) {
    const uuid = uuidIn('the key', positionals[0]!);
    await onPorts(env, (ports) => revokeApiKey(ports, { author, uuid }));
    console.log(`${uuid} is revoked.`);
  } else {
    throw new UsageError('events api-key takes create --name NAME, list, or revoke UUID. See events --help.');
  }
}

const keysAtOnce = 100;

async function printKeys(ports: Ports, organiser: string | undefined): Promise<void> {
  let after: string | null | undefined;
  do {
    const request = { actor: author.actor, organiser, after: after ?? undefined, limit: keysAtOnce };
    const page = await listApiKeys(ports, request);
    for (const key of page.items) console.log(lineOf(key));
    after = page.nextCursor;
  } while (after);
}

const lineOf = ({ uuid, start, name, scopes, organiserUuid, lastUsedAt, revokedAt }: KnownApiKey) =>
  [
    uuid,
    `${start}…`,
    scopes.join(','),
    organiserUuid ?? 'platform',
    revokedAt ? `revoked ${revokedAt}` : lastUsedAt ? `used ${lastUsedAt}` : 'not used',
    name,
  ].join('  ');

async function onPorts<T>(env: Env, work: (ports: Ports) => Promise<T>): Promise<T> {
  const config = postgresConfig(readConfig(postgresVariables, env), 'onsale-tools');
  const db = openDb(config, { max: 1 });
  try {
    return await inPostgres(config, () => work({ ...postgresPorts(db), clock: { now: Date.now } }));
  } catch (error) {
    const [refusal] = causesOf(error).filter((one) => one instanceof AppError && one.kind !== 'unavailable');
    throw refusal ? new UsageError(refusal.message) : error;
  } finally {
    await db.close();
  }
}

function parseKeyArgs(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        organiser: { type: 'string' },
        scopes: { type: 'string', default: 'read' },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}. See events --help.`);
  }
}

function scopesIn(text: string): Scope[] {
  const named = text.split(',').map((word) => word.trim());
  const unknown = named.find((word) => !(scopes as readonly string[]).includes(word));
  if (unknown !== undefined) {
    throw new UsageError(`--scopes must be some of ${scopes.join(',')}; ${JSON.stringify(unknown)} is none`);
  }
  return scopes.filter((scope) => named.includes(scope));
}

const maxName = 200;

function oneLine(what: string, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  if (text.length > maxName || /[\u0000-\u001f]/.test(text)) {
    throw new UsageError(`${what} must be one line of at most ${maxName} characters`);
  }
  return text;
}

function uuidIn(what: string, text: string): string {
  const uuid = text.toLowerCase();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) throw new UsageError(`${what} must be a uuid`);
  return uuid;
}
