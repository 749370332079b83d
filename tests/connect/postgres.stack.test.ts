import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connector } from '../../services/search/connector-cli.ts';
import { migrate } from '../../shared/db/migrate.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { startPostgres } from '../../shared/testing/postgres-server.ts';
import { type Certificates, makeCertificates } from '../rig/certificates.ts';
import { runProcess } from '../rig/process.ts';
import { postgresEnv, runners, startServices } from '../rig/targets.ts';
import {
  buySeats,
  connectionOf,
  folder,
  kinds,
  password,
  refusalOf,
  refused,
  startTlsPostgres,
  type TlsPostgres,
  users,
} from './postgres.harness.ts';

setDefaultTimeout(90_000);

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
    await server.show(certificates.byName);
    expect(await connectionOf(sealed())).toMatchObject({ ssl: true });
    expect(await refusalOf(kind, { ...sealed(), POSTGRES_HOST: '127.0.0.1' })).toContain(
      'PostgreSQL shows a certificate for another host: write the name that it is for in POSTGRES_HOST',
    );
  });

  test('of an authority that is not known is told by `events migrate`, too', async () => {
    const call = runProcess([...runners.bun('events'), 'migrate'], { ...sealed(), POSTGRES_SSLROOTCERT: '' });
    await expect(call).rejects.toThrow('put its authority in POSTGRES_SSLROOTCERT.');
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
    for (const kind of kinds) expect(await refusalOf(kind, env)).toContain('POSTGRES_SSLMODE asks for TLS');
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

test('Debezium reads the log by TLS, with a certificate for each side', async () => {
  const { dir, client, stranger } = certificates;
  const made = await server.database();
  await migrate(made.config);
  const key = join(dir, 'client.der');
  const run = promisify(execFile);
  await run('openssl', ['pkcs8', '-topk8', '-nocrypt', '-in', client.key, '-outform', 'DER', '-out', key]);
  // Kafka Connect may run as another user.
  await run('chmod', ['-R', 'a+rX', dir]);
  const name = made.config.database;
  const env = {
    ...postgresEnv(made.config),
    ...certified(),
    KAFKA_CONNECT_URL: process.env.KAFKA_CONNECT_URL!,
    KAFKA_CONNECTOR: name,
    KAFKA_TOPIC_PREFIX: name,
    POSTGRES_CONNECT_SSLKEY: key,
  };
  try {
    await connector.run(['apply'], env);
    const rows = await server.admin.sql`
      select distinct client_dn from pg_stat_ssl join pg_stat_activity using (pid)
      where datname = ${name} and backend_type = 'walsender'`;
    expect([...rows]).toEqual([{ client_dn: '/CN=app' }]);
    await connector.run(['delete'], env);
    const wrong = connector.run(['apply'], { ...env, POSTGRES_CONNECT_SSLROOTCERT: stranger.cert });
    await expect(wrong).rejects.toThrow('unable to find valid certification path');
  } finally {
    await connector.run(['delete'], env);
    await made.drop();
  }
});
