import { AddressError, hostAndPort, inUrl, type Parts, partsOf } from './addresses.ts';
import { ConfigError } from './config-error.ts';
import type { Env } from './environment.ts';
import { type Source, sourceOf } from './sources.ts';

const form = 'postgres://user:password@host:port/database';

/** The parameters behind the ? of an address, each with its variable. */
const options: Record<string, string> = {
  sslmode: 'POSTGRES_SSLMODE',
  sslrootcert: 'POSTGRES_SSLROOTCERT',
  sslcert: 'POSTGRES_SSLCERT',
  sslkey: 'POSTGRES_SSLKEY',
  target_session_attrs: 'POSTGRES_TARGET_SESSION_ATTRS',
};

/**
 * Parses an address of PostgreSQL as libpq has it, with several hosts or one. Returns the texts of the variables that
 * it has the parts of, by their names. Throws `AddressError` for a part that can't be used.
 */
export function postgresUrl(text: string): Record<string, string> {
  const [, scheme = '', head = '', tail = ''] = /^(postgres(?:ql)?:\/\/)([^/?#]*)(.*)$/is.exec(text) ?? [];
  if (!scheme) throw new AddressError(`must begin with postgres:// or postgresql://; write ${form}`);
  const loginEnd = head.lastIndexOf('@') + 1;
  const login = head.slice(0, loginEnd);
  if (/[,@]/.test(login.slice(0, -1)))
    throw new AddressError('must have no , or @ in its user and password but as %2C %40');
  const [first = '', ...others] = head.slice(loginEnd).split(',');
  const whole = partsOf(`${scheme}${login}${first}${tail}`);
  if (whole.fragment) throw new AddressError('must have nothing behind #, and %23 for a # in a password');
  const hosts = [whole, ...others.map((host) => partsOf(`${scheme}${host}`))];
  return {
    POSTGRES_HOST: hosts.map(hostOf).join(','),
    ...given({ POSTGRES_USER: whole.user, POSTGRES_PASSWORD: whole.password, POSTGRES_DBNAME: databaseOf(whole) }),
    ...optionsOf(whole.query),
  };
}

const hostOf = (parts: Parts): string => (parts.port === undefined ? inUrl(parts.host) : hostAndPort(parts, form));

function databaseOf({ path }: Parts): string {
  // Digits before the / were taken for a port, and the rest of the password would be shown as the database's name.
  if (path.includes('@')) throw new AddressError('must have no / in its user and password but as %2F');
  try {
    return decodeURIComponent(path.slice(1));
  } catch {
    throw new AddressError('must have each % in its database written as %25');
  }
}

const given = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));

function optionsOf(query: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, text] of new URLSearchParams(query)) {
    const variable = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!variable) {
      const known = Object.keys(options).join(', ');
      // A name that is long or odd may be a part of a password.
      const shown = /^[a-z_]{1,30}$/i.test(name) ? name : 'another part';
      throw new AddressError(`must have nothing but ${known} behind ?; ${shown} can’t be used: leave it out`);
    }
    if (variable in found) throw new AddressError(`must have ${name} once`);
    found[variable] = text;
  }
  // As in libpq.
  if (found.POSTGRES_SSLROOTCERT === 'system') found.POSTGRES_SSLMODE ??= 'verify-full';
  return given(found);
}

/** Returns the text of a variable that DATABASE_URL has a part for, unless POSTGRES_HOST is set. */
export function partOfUrl(variable: string, env: Env): Source | undefined {
  try {
    const url = sourceOf('DATABASE_URL', { inFile: true, unless: 'POSTGRES_HOST' }, env);
    if (!url) return undefined;
    const take = (whole: string) => postgresUrl(whole)[variable];
    const text = take(url.text);
    if (text === undefined) return undefined;
    const option = Object.keys(options).find((one) => options[one] === variable);
    return { ...url, name: option ? `${url.name} (${option})` : url.name, text, whole: { text: url.text, take } };
  } catch (error) {
    // Its own reader tells of it.
    if (error instanceof AddressError || error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** The authorities of the runtime sign for anybody: without a mode, `system` asks for the host's name, too. */
export function systemVerifies(env: Env): Source | undefined {
  const isNamed = ['POSTGRES_SSLMODE', 'PGSSLMODE'].some((name) => env[name]);
  const root = ['POSTGRES_SSLROOTCERT', 'PGSSLROOTCERT'].find((name) => env[name]);
  if (isNamed || !root || env[root] !== 'system') return undefined;
  return { name: root, text: 'verify-full' };
}
