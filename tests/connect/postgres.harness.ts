import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLive } from '../../services/events/live.harness.ts';
import { type PostgresConfig, postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { type Db, openDb } from '../../shared/db/client.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type OwnPostgres, startPostgres } from '../../shared/testing/postgres-server.ts';
import { client } from '../contract/client.ts';
import type { Certificates, KeyPair } from '../rig/certificates.ts';
import { startProcess } from '../rig/process.ts';
import { runners, type Target } from '../rig/targets.ts';

/** A PostgreSQL that speaks TLS; `admin` is in it without. */
export type TlsPostgres = OwnPostgres & {
  admin: Db;
  /** Restarts the server with another certificate. */
  show(pair: KeyPair): Promise<void>;
  /** Makes an empty database of one test. */
  database(): Promise<{ config: PostgresConfig; drop(): Promise<void> }>;
};

/** The ways to run a service. */
export const kinds = Object.keys(runners) as (keyof typeof runners)[];

/** The server's users besides `onsale`, all with this password. */
export const users = {
  /** Must come by TLS, with a certificate that is for `app`. */
  certified: 'app',
  /** Must come by TLS. */
  sealed: 'sealed',
  plain: 'plain',
};
export const password = 'hush';

/** pg_hba.conf: `app` and `sealed` have no way in without TLS. */
const rules = `
hostssl all app    127.0.0.1/32 scram-sha-256 clientcert=verify-full
hostssl all sealed 127.0.0.1/32 scram-sha-256
host    all plain  127.0.0.1/32 scram-sha-256
host    all onsale 127.0.0.1/32 scram-sha-256
host    replication onsale 127.0.0.1/32 scram-sha-256
`;

/** Starts a PostgreSQL with a certificate for localhost, which asks for those of the same authority. */
export async function startTlsPostgres({ ca, server, byName, misnamed, expired }: Certificates): Promise<TlsPostgres> {
  const dir = await mkdtemp(join(tmpdir(), 'onsale-own-'));
  const tls = join(dir, 'tls');
  await mkdir(tls);
  // PostgreSQL may run as another user, who owns this folder then.
  for (const file of [ca, ...[server, byName, misnamed, expired].flatMap(({ cert, key }) => [cert, key])])
    await cp(file, join(tls, nameOf(file)));
  await writeFile(join(dir, 'pg_hba.conf'), rules);
  const shown = ({ cert, key }: KeyPair) => ({
    ssl_cert_file: join(tls, nameOf(cert)),
    ssl_key_file: join(tls, nameOf(key)),
  });
  const settings = { ssl: 'on', ssl_ca_file: join(tls, nameOf(ca)), hba_file: join(dir, 'pg_hba.conf') };
  const own = await startPostgres({ ...settings, ...shown(server) }, dir);
  const admin = openDb(own.config, { max: 2, deadlineMs: 30_000 });
  for (const user of Object.values(users))
    await admin.sql.unsafe(`create role ${user} superuser login password '${password}'`);
  return {
    ...own,
    admin,
    show: (pair) => own.restart(shown(pair)),
    database: () => freshDatabase(admin, own.config),
    async stop() {
      await admin.close();
      await own.stop();
    },
  };
}

const nameOf = (file: string) => file.slice(file.lastIndexOf('/') + 1);

/** Makes an empty database, which its slots do not keep from being dropped. */
export async function freshDatabase({ sql }: Db, config: PostgresConfig) {
  const database = `connect_${randomBytes(6).toString('hex')}`;
  await sql.unsafe(`create database ${database}`);
  return {
    config: { ...config, database },
    async drop() {
      await eventually(async () => {
        await sql`
          select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = ${database}`;
      });
      await sql.unsafe(`drop database ${database} with (force)`);
    },
  };
}

/** Holds two seats, buys them and finds their event: through each of the three services. */
export async function buySeats(target: Target): Promise<void> {
  const api = client(target);
  const { event, seats } = await api.freeSeats(2);
  const [user_uuid, ticket_uuids] = [randomUUID(), seats.map(({ uuid }) => uuid)];
  const reserved = await api.post('/api/v1/booking/reservations', { user_uuid, ticket_uuids });
  const { uuid: reservation_uuid } = (await json(reserved, 201)) as { uuid: string };
  const bought = await api.post(
    '/api/v1/booking/orders',
    { reservation_uuid, payment_method_uuid: randomUUID() },
    { 'Idempotency-Key': randomUUID() },
  );
  const { status } = (await json(bought, 201)) as { status: string };
  if (status !== 'paid') throw new Error(`the order is ${status}`);
  for (const { uuid } of seats) await eventually(async () => (await api.status(event.uuid, uuid)) === 'booked');
  await eventually(async () => {
    const found = (await json(await api.search(`?q=${encodeURIComponent(event.name)}`), 200)) as { total: number };
    return found.total > 0;
  });
}

/** Reads the live seats of the event whose seats are bought next, as a page of it would. */
export async function readSeats(target: Target) {
  const { event } = await client(target).freeSeats(2);
  const live = readLive(await fetch(`${target.events}/api/v1/management/events/${event.uuid}/live`));
  const booked = () => Object.values(live.taken() ?? {}).filter((status) => status === 'booked').length;
  const before = await eventually(() => live.taken() !== undefined && { count: booked() });
  return {
    /** Resolves when so many more seats are seen as booked. */
    sees: (more: number) => eventually(() => booked() >= before.count + more),
    close: () => live.close(),
  };
}

async function json(response: Response, status: number): Promise<unknown> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.url}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Connects as the variables say, and returns how PostgreSQL sees the connection. */
export async function connectionOf(env: Record<string, string>) {
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

/** Connects, and returns the reason of the refusal. */
export const refused = (env: Record<string, string>) =>
  connectionOf(env).then(
    () => 'connected',
    (error) => error.reason ?? error.message,
  );

/** Starts the booking service, and returns the reason for which its `/readyz` says that PostgreSQL will not do. */
export async function refusalOf(kind: keyof typeof runners, env: Record<string, string>): Promise<string> {
  const process = await startProcess(runners[kind]('booking'), { SERVER_ADDR: '127.0.0.1:0', ...env });
  try {
    return await eventually(async () => {
      const response = await fetch(`http://127.0.0.1:${process.ports[0]}/readyz`);
      const text = await response.text();
      if (response.status !== 503) throw new Error(`it is ready: ${text}`);
      // Many processes start at once here, and one that is slow knows no more yet.
      return text.includes('gives no answer in time') ? false : text;
    });
  } finally {
    await process.stop();
  }
}

/** A folder that is deleted with its contents. */
export async function folder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'onsale-connect-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
