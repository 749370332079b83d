import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificates, makeCertificates } from '../../tests/rig/certificates.ts';
import { eventually } from '../testing/eventually.ts';
import { ConfigError, describeConfig, type Env, readConfig, textOf } from './environment.ts';
import { directly, postgresConfig, postgresVariables, withOwnNames } from './postgres.ts';
import { postgresUrl } from './postgres-url.ts';

const config = (env: Env) => postgresConfig(readConfig(postgresVariables, env), 'onsale-it');

function problemsOf(env: Env): string[] {
  try {
    config(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

let certificates: Certificates;
let folder: string;
beforeAll(async () => {
  certificates = await makeCertificates();
  folder = await mkdtemp(join(tmpdir(), 'onsale-config-'));
});
afterAll(async () => {
  await certificates.remove();
  await rm(folder, { recursive: true });
});

describe('DATABASE_URL', () => {
  test.each([
    ['postgres://me:hush@db/sales', { POSTGRES_HOST: 'db', POSTGRES_USER: 'me', POSTGRES_DBNAME: 'sales' }],
    ['postgresql://me:hush@db:6000', { POSTGRES_HOST: 'db:6000', POSTGRES_USER: 'me' }],
    [
      'postgres://me:hush@[::1]:6000,b,10.0.0.1:6001/',
      { POSTGRES_HOST: '[::1]:6000,b,10.0.0.1:6001', POSTGRES_USER: 'me' },
    ],
    ['postgres://m%40e:hush@db/my%20sales', { POSTGRES_HOST: 'db', POSTGRES_USER: 'm@e', POSTGRES_DBNAME: 'my sales' }],
  ])('%s is taken apart', (text, parts) => {
    expect(postgresUrl(text)).toEqual({ POSTGRES_PASSWORD: 'hush', ...parts });
  });

  test('has TLS and target_session_attrs behind ?; system asks for the name, too', () => {
    const query = 'sslmode=verify-ca&sslrootcert=/a%20b&sslcert=/c&sslkey=/k&target_session_attrs=read-write';
    expect(postgresUrl(`postgres://db?${query}`)).toEqual({
      POSTGRES_HOST: 'db',
      POSTGRES_SSLMODE: 'verify-ca',
      POSTGRES_SSLROOTCERT: '/a b',
      POSTGRES_SSLCERT: '/c',
      POSTGRES_SSLKEY: '/k',
      POSTGRES_TARGET_SESSION_ATTRS: 'read-write',
    });
    expect(config({ DATABASE_URL: 'postgres://db/?sslrootcert=system' }).sslMode).toBe('verify-full');
  });

  test.each([
    ['mysql://me:hush@db/sales', 'must begin with postgres:// or postgresql://'],
    ['postgres://me:hush@/sales', 'must name a host'],
    ['postgres://me:hu,sh@db', 'must have no , or @ in its user and password but as %2C %40'],
    ['postgres://me:hu@sh@db', 'must have no , or @'],
    ['postgres://me:1234/hush@db/sales', 'must have no / in its user and password but as %2F'],
    ['postgres://me:hush@db?channel_binding=require', 'channel_binding can’t be used'],
    ['postgres://me:hush@db?hush%3D=1', 'another part can’t be used'],
    ['postgres://me:hush@db?sslmode=require&sslmode=disable', 'must have sslmode once'],
    ['postgres://me:hush@db/sales#hush', 'must have nothing behind #'],
    ['postgres://me:hush@db,/sales', 'must name a host'],
    ['postgres://me:hush@db?sslmode=hush', 'DATABASE_URL (sslmode)=hush: must be one of disable'],
  ])('%s is refused, and its password is not shown', (DATABASE_URL, why) => {
    const problems = problemsOf({ DATABASE_URL }).join('\n');
    expect(problems).toContain(why);
    if (!why.includes('sslmode)')) expect(problems).not.toContain('hush');
  });

  test('counts where POSTGRES_HOST is not set, before libpq’s names and beside our own', () => {
    const DATABASE_URL = 'postgres://me:hush@db:6000/sales';
    expect(config({ DATABASE_URL, PGHOST: 'other', PGUSER: 'other' })).toMatchObject({
      host: 'db',
      port: 6000,
      user: 'me',
      password: 'hush',
      database: 'sales',
    });
    expect(config({ DATABASE_URL: 'mysql://x', POSTGRES_HOST: 'own' })).toMatchObject({
      host: 'own',
      user: 'postgres',
    });
    expect(config({ DATABASE_URL: 'postgres://db', POSTGRES_USER: 'own' })).toMatchObject({ host: 'db', user: 'own' });
    expect(problemsOf({ DATABASE_URL, POSTGRES_USER: 'own', POSTGRES_PASSWORD: 'hush' })).toEqual([
      'DATABASE_URL, POSTGRES_USER: each says something else: write it in one of them',
    ]);
  });

  test('is shown without its login', () => {
    const lines = describeConfig(postgresVariables, { DATABASE_URL: 'postgres://me:hush@a:1,b:2/sales' });
    expect(lines.slice(0, 2)).toEqual([
      'DATABASE_URL=postgres://***@a:1,b:2/sales',
      'POSTGRES_HOST=a:1,b:2  # DATABASE_URL',
    ]);
    expect(lines).toContain('POSTGRES_PASSWORD=***  # DATABASE_URL');
    expect(lines.join('\n')).not.toContain('hush');
  });

  test('may be in a file, whose password is read again', async () => {
    const file = join(folder, 'url');
    await writeFile(file, 'postgres://me:first@db/sales\n');
    const { host, password } = config({ DATABASE_URL_FILE: file });
    expect([host, textOf(password)]).toEqual(['db', 'first']);
    await writeFile(file, 'postgres://me:second@db/sales\n');
    await eventually(() => textOf(password) === 'second');
  });
});

describe('PostgreSQL', () => {
  test('is named by libpq’s variables, where our own are not set', () => {
    const env = { PGHOST: 'a,b:6001', PGPORT: '6000', PGUSER: 'me', PGPASSWORD: 'hush', PGDATABASE: 'sales' };
    expect(config({ ...env, PGSSLMODE: 'require', POSTGRES_DBNAME: 'own' })).toMatchObject({
      host: 'a',
      port: 6000,
      others: [{ host: 'b', port: 6001 }],
      user: 'me',
      password: 'hush',
      database: 'own',
      sslMode: 'require',
    });
    const own = { POSTGRES_HOST: 'own', ONSALE_DIR: 'x' };
    expect(withOwnNames({ ...env, ...own, DATABASE_URL: 'x', PGSSLROOTCERT: 'x', DATABASE_URL_FILE: 'x' })).toEqual(
      own,
    );
  });

  test('TLS: a file of authorities makes verify-ca of require, and system makes verify-full', () => {
    const { ca } = certificates;
    expect(config({ POSTGRES_SSLMODE: 'require' })).toMatchObject({ sslMode: 'require' });
    expect(config({ POSTGRES_SSLMODE: 'require', PGSSLROOTCERT: ca })).toMatchObject({
      sslMode: 'verify-ca',
      tls: { ca: { path: ca } },
    });
    const system = config({ POSTGRES_SSLROOTCERT: 'system' });
    expect([system.sslMode, system.tls]).toEqual(['verify-full', undefined]);
  });

  test('TLS: what would not be used, or can’t be checked, is refused', () => {
    const { ca, client, stranger } = certificates;
    const [POSTGRES_SSLCERT, POSTGRES_SSLKEY] = [client.cert, client.key];
    for (const POSTGRES_SSLMODE of ['disable', 'allow', 'prefer'])
      expect(problemsOf({ POSTGRES_SSLMODE, POSTGRES_SSLROOTCERT: ca })).toEqual([
        `POSTGRES_SSLROOTCERT: nothing is checked by POSTGRES_SSLMODE=${POSTGRES_SSLMODE}: set verify-full, verify-ca or require`,
      ]);
    expect(problemsOf({ POSTGRES_SSLMODE: 'verify-ca' })).toEqual([
      'POSTGRES_SSLMODE=verify-ca: set POSTGRES_SSLROOTCERT to a file of your authority',
    ]);
    expect(problemsOf({ POSTGRES_SSLMODE: 'require', POSTGRES_SSLROOTCERT: 'system' })).toEqual([
      'POSTGRES_SSLROOTCERT=system: POSTGRES_SSLMODE must be verify-full, not require',
    ]);
    expect(problemsOf({ POSTGRES_SSLMODE: 'require', POSTGRES_SSLCERT })).toEqual([
      'POSTGRES_SSLCERT, POSTGRES_SSLKEY: set both, or neither',
    ]);
    expect(problemsOf({ POSTGRES_SSLMODE: 'require', POSTGRES_SSLCERT: stranger.cert, POSTGRES_SSLKEY })).toEqual([
      `POSTGRES_SSLKEY=${client.key}: is not the key of the certificate in POSTGRES_SSLCERT`,
    ]);
    expect(problemsOf({ POSTGRES_SSLROOTCERT: '/none' })).toEqual([
      'POSTGRES_SSLROOTCERT=/none: there is no such file',
    ]);
  });

  test('a pooler: what needs a session goes to the direct address, and is refused without one', () => {
    const pooled = { POSTGRES_HOST: 'bouncer', POSTGRES_PORT: '6432', POSTGRES_POOLED: 'transaction' };
    expect(config(pooled)).toMatchObject({ host: 'bouncer', port: 6432, pooled: true });
    expect(() => directly(config(pooled))).toThrow('POSTGRES_DIRECT_HOST: LISTEN, the log and migrations');
    const places = (env: Env) => {
      const { host, port, others, pooled } = directly(config(env));
      return { host, port, others, pooled };
    };
    expect(places({ ...pooled, POSTGRES_DIRECT_HOST: 'a,b:6000', POSTGRES_DIRECT_PORT: '5432' })).toEqual({
      host: 'a',
      port: 5432,
      others: [{ host: 'b', port: 6000 }],
      pooled: undefined,
    });
    expect(places({ ...pooled, POSTGRES_DIRECT_PORT: '5432' })).toMatchObject({ host: 'bouncer', port: 5432 });
    expect(places({ ...pooled, POSTGRES_DIRECT_HOST: 'a' })).toMatchObject({ host: 'a', port: 6432 });
    expect(places({ POSTGRES_HOST: 'a' })).toMatchObject({ host: 'a', port: 5432, pooled: undefined });
  });
});
