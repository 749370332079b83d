import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig, textOf } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { freePort } from '../../shared/process/free-port.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type OwnPostgres, startPostgres } from '../../shared/testing/postgres-server.ts';
import { type Certificates, makeCertificates } from '../rig/certificates.ts';
import { postgresEnv, runners, startServices } from '../rig/targets.ts';
import {
  buySeats,
  folder,
  freshDatabase,
  password,
  refusalOf,
  startTlsPostgres,
  type TlsPostgres,
  users,
} from './postgres.harness.ts';

setDefaultTimeout(90_000);

const kinds = Object.keys(runners) as (keyof typeof runners)[];
let certificates: Certificates;
let server: TlsPostgres;

beforeAll(async () => {
  certificates = await makeCertificates();
  server = await startTlsPostgres(certificates);
});
afterAll(async () => {
  await server?.stop();
  await certificates?.remove();
});

/** Of `app`, who must show a certificate. */
const certified = () => ({
  POSTGRES_HOST: 'localhost',
  POSTGRES_USER: users.certified,
  POSTGRES_PASSWORD: password,
  POSTGRES_SSLMODE: 'verify-full',
  POSTGRES_SSLROOTCERT: certificates.ca,
  POSTGRES_SSLCERT: certificates.client.cert,
  POSTGRES_SSLKEY: certificates.client.key,
});

/** Of `sealed`, who must come by TLS. */
const sealed = () => ({
  ...postgresEnv(server.config),
  POSTGRES_HOST: 'localhost',
  POSTGRES_USER: users.sealed,
  POSTGRES_PASSWORD: password,
  POSTGRES_SSLMODE: 'verify-full',
  POSTGRES_SSLROOTCERT: certificates.ca,
});

/** Connects as the variables say, and returns how PostgreSQL sees the connection. */
async function connectionOf(env: Record<string, string>) {
  const db = openDb({ ...postgresConfig(readConfig(postgresVariables, env), 'onsale-test'), deadlineMs: 10_000 });
  try {
    const [row] = await db.run(
      () => db.sql`
        select current_user::text as user, ssl, client_dn from pg_stat_ssl where pid = pg_backend_pid()`,
    );
    return row;
  } finally {
    await db.close();
  }
}

const refused = (env: Record<string, string>) =>
  connectionOf(env).then(
    () => 'connected',
    (error) => error.reason ?? error.message,
  );

describe.each(kinds)('%s', (kind) => {
  test('migrates, sells and follows the log by TLS, with a certificate for each side', async () => {
    const target = await startServices(kind, server.database, certified);
    try {
      await buySeats(target);
      const rows = await server.admin.sql`
        select distinct usename::text as user, ssl, client_dn from pg_stat_ssl join pg_stat_activity using (pid)
        where application_name like 'onsale-%' and application_name <> 'onsale-test'`;
      expect([...rows]).toEqual([{ user: 'app', ssl: true, client_dn: '/CN=app' }]);
      // LISTEN, which has a connection of events, and the log's reader, too.
      await eventually(async () => {
        const names = await server.admin.sql<{ name: string; query: string }[]>`
          select application_name as name, query from pg_stat_activity where usename = 'app'`;
        expect(names.some(({ query }) => query.startsWith('listen '))).toBeTrue();
        expect([...new Set(names.map(({ name }) => name))].sort()).toEqual([
          'onsale-booking',
          'onsale-events',
          'onsale-search',
          'onsale-search-changes',
        ]);
      });
    } finally {
      await target.stop();
    }
  });

  test('is at work by DATABASE_URL alone', async () => {
    const { ca } = certificates;
    const target = await startServices(kind, server.database, ({ port, database }) => ({
      ...Object.fromEntries(['HOST', 'PORT', 'USER', 'PASSWORD', 'DBNAME'].map((name) => [`POSTGRES_${name}`, ''])),
      DATABASE_URL: `postgresql://${users.sealed}:${password}@localhost:${port}/${database}?sslmode=verify-full&sslrootcert=${encodeURIComponent(ca)}`,
    }));
    try {
      await buySeats(target);
    } finally {
      await target.stop();
    }
  });

  test('says which variable to mend', async () => {
    const { stranger, client } = certificates;
    const usual = sealed();
    const app = { ...usual, POSTGRES_USER: users.certified };
    const strange = { POSTGRES_SSLCERT: stranger.cert, POSTGRES_SSLKEY: stranger.key };
    const own = { POSTGRES_SSLCERT: client.cert, POSTGRES_SSLKEY: client.key };
    const said = await Promise.all([
      refusalOf(kind, { ...usual, POSTGRES_SSLROOTCERT: stranger.cert }),
      refusalOf(kind, { ...usual, POSTGRES_SSLROOTCERT: '' }),
      refusalOf(kind, { ...usual, POSTGRES_PASSWORD: 'wrong' }),
      refusalOf(kind, { ...usual, POSTGRES_SSLMODE: 'disable', POSTGRES_SSLROOTCERT: '' }),
      refusalOf(kind, app),
      refusalOf(kind, { ...app, ...strange }),
      refusalOf(kind, { ...usual, ...own, POSTGRES_USER: 'nobody' }),
    ]);
    const unknown =
      'PostgreSQL shows a certificate that no known authority has signed: put its authority in POSTGRES_SSLROOTCERT';
    for (const [i, reason] of [
      unknown,
      unknown,
      'PostgreSQL refuses the password of this service: mend POSTGRES_PASSWORD',
      'PostgreSQL takes no connection without TLS: set POSTGRES_SSLMODE',
      'PostgreSQL asks for a certificate of this client: set POSTGRES_SSLCERT',
      'PostgreSQL knows no authority that has signed the certificate in POSTGRES_SSLCERT',
      'PostgreSQL refuses the user of this service: see its pg_hba.conf, and mend POSTGRES_USER',
    ].entries())
      expect(said[i]).toContain(reason);
  });
});

describe('a certificate of PostgreSQL', () => {
  afterAll(() => server.show(certificates.server));

  test('for another host is refused by verify-full alone', async () => {
    await server.show(certificates.misnamed);
    const ca = { POSTGRES_SSLROOTCERT: certificates.ca };
    expect(await refused(sealed())).toBe(
      'PostgreSQL shows a certificate for another host: write the name that it is for in POSTGRES_HOST',
    );
    for (const mode of ['verify-ca', 'require'])
      expect(await connectionOf({ ...sealed(), ...ca, POSTGRES_SSLMODE: mode })).toMatchObject({ ssl: true });
    // With a file of authorities, `require` asks who has signed.
    const stranger = { POSTGRES_SSLROOTCERT: certificates.stranger.cert };
    for (const mode of ['verify-ca', 'require'])
      expect(await refused({ ...sealed(), ...stranger, POSTGRES_SSLMODE: mode })).toContain('no known authority');
    expect(await connectionOf({ ...sealed(), POSTGRES_SSLROOTCERT: '', POSTGRES_SSLMODE: 'require' })).toMatchObject({
      ssl: true,
    });
  });

  test.each(kinds)('for localhost does not do for 127.0.0.1 (%s)', async (kind) => {
    await server.show(certificates.named);
    expect(await connectionOf(sealed())).toMatchObject({ ssl: true });
    expect(await refusalOf(kind, { ...sealed(), POSTGRES_HOST: '127.0.0.1' })).toContain(
      'PostgreSQL shows a certificate for another host: write the name that it is for in POSTGRES_HOST',
    );
  });

  test('of the past is refused', async () => {
    await server.show(certificates.expired);
    expect(await refused(sealed())).toBe('PostgreSQL shows a certificate that has expired: renew it there');
  });
});

test('a server without TLS is told by the variable', async () => {
  const plain = await startPostgres();
  try {
    const env = { ...postgresEnv(plain.config), POSTGRES_SSLMODE: 'require' };
    for (const kind of kinds) expect(await refusalOf(kind, env)).toContain('POSTGRES_SSLMODE=disable');
  } finally {
    await plain.stop();
  }
});

test.each(kinds)('a password that is changed in its file and in the server is used from then on (%s)', async (kind) => {
  const { path, remove } = await folder();
  const [file, role] = [join(path, 'password'), users.plain];
  const { sql } = server.admin;
  const change = async (text: string) => {
    await sql.unsafe(`alter role ${role} password '${text}'`);
    await writeFile(file, `${text}\n`);
  };
  await change('first');
  const target = await startServices(kind, server.database, () => ({
    POSTGRES_USER: role,
    POSTGRES_PASSWORD: '',
    POSTGRES_PASSWORD_FILE: file,
  }));
  try {
    await buySeats(target);
    await change('second');
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${role}`;
    for (const base of [target.events, target.booking, target.search])
      await eventually(async () => (await fetch(`${base}/readyz`)).ok);
    await buySeats(target);
    // The log's reader is another driver.
    await eventually(async () => {
      const rows = await sql`select from pg_stat_activity where usename = ${role} and backend_type = 'walsender'`;
      return rows.length === 1;
    });
  } finally {
    await target.stop();
    await remove();
  }
});

describe('of several hosts', () => {
  let first: OwnPostgres;
  let standby: OwnPostgres;
  let readOnly: OwnPostgres;

  beforeAll(async () => {
    first = await startPostgres();
    const { host, port, user, password: secret } = first.config;
    const primary = `host=${host} port=${port} user=${user} password=${textOf(secret)}`;
    [standby, readOnly] = (await first.restartWith(
      { standby: true, settings: { primary_conninfo: primary } },
      { settings: { default_transaction_read_only: 'on' } },
    )) as [OwnPostgres, OwnPostgres];
  });
  afterAll(async () => {
    for (const one of [first, standby, readOnly]) await one?.stop();
  });

  const hosts = (...ports: number[]) => ports.map((port) => `127.0.0.1:${port}`).join(',');
  const env = (list: string, attrs = 'any') => ({
    ...postgresEnv(first.config),
    POSTGRES_PORT: '1',
    POSTGRES_HOST: list,
    POSTGRES_TARGET_SESSION_ATTRS: attrs,
  });
  async function portOf(variables: Record<string, string>): Promise<number> {
    const db = openDb(postgresConfig(readConfig(postgresVariables, variables), 'onsale-test'));
    try {
      await db.ping();
      const [row] = await db.sql`select inet_server_port() as port`;
      return row?.port;
    } finally {
      await db.close();
    }
  }

  test('one that is away and a standby are passed over', async () => {
    const list = hosts(await freePort(), standby.config.port, first.config.port);
    expect(await portOf(env(list))).toBe(first.config.port);
  });

  test('one that is read-only by its settings is passed over by read-write alone', async () => {
    const list = hosts(readOnly.config.port, first.config.port);
    expect(await portOf(env(list))).toBe(readOnly.config.port);
    expect(await portOf(env(list, 'primary'))).toBe(readOnly.config.port);
    expect(await portOf(env(list, 'read-write'))).toBe(first.config.port);
  });

  test('one that hangs is passed over', async () => {
    const variables = env(hosts(first.config.port, readOnly.config.port));
    const db = openDb(postgresConfig(readConfig(postgresVariables, variables), 'onsale-test'));
    first.hang();
    try {
      await eventually(() => db.ping());
      const [row] = await db.sql`select inet_server_port() as port`;
      expect(row?.port).toBe(readOnly.config.port);
    } finally {
      first.wake();
      await db.close();
    }
  });

  test('none that will do is told, with what the others said before the standby', async () => {
    const away = await freePort();
    expect(await refused(env(hosts(standby.config.port, standby.config.port)))).toBe(
      'A PostgreSQL that can be written is needed; this is a standby',
    );
    const wrong = { ...env(hosts(first.config.port, standby.config.port)), POSTGRES_PASSWORD: 'wrong' };
    expect(await refused(wrong)).toBe('PostgreSQL refuses the password of this service: mend POSTGRES_PASSWORD');
    const begun = performance.now();
    expect(await refused(env(hosts(away, standby.config.port)))).not.toContain('standby');
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  test.each(kinds)('a platform finds the primary, for its sales and for the log (%s)', async (kind) => {
    const admin = openDb(first.config, { max: 1, deadlineMs: 30_000 });
    const list = hosts(standby.config.port, first.config.port);
    const open = async () => {
      const made = await freshDatabase(admin, first.config);
      const there = { ...env(hosts(standby.config.port)), POSTGRES_DBNAME: made.config.database };
      await eventually(async () => (await refused(there)).includes('this is a standby'));
      return made;
    };
    try {
      const target = await startServices(kind, open, () => ({ POSTGRES_HOST: list }));
      await buySeats(target).finally(target.stop);
    } finally {
      await admin.close();
    }
  });
});
