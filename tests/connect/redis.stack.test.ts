import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeLimits } from '../../shared/admission/write-limits.ts';
import { redisConfig, redisVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { reasonOf } from '../../shared/errors.ts';
import { createMetrics } from '../../shared/http/metrics.ts';
import { commandsInScripts } from '../../shared/locks/redis-scripts.ts';
import { freePort } from '../../shared/process/free-port.ts';
import { silentLog } from '../../shared/process/log.ts';
import { openRedis } from '../../shared/redis/client.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { startForwarder } from '../../shared/testing/forwarder.ts';
import { type OwnRedis, startRedis } from '../../shared/testing/redis-server.ts';
import { type Certificates, makeCertificates } from '../rig/certificates.ts';
import { runProcess } from '../rig/process.ts';
import { startSentinel, startTlsCluster, startTlsRedis, type TlsRedis } from '../rig/redis-tls.ts';
import { root, runners } from '../rig/targets.ts';
import { kinds, refusal, startShop } from './redis-rig.ts';

setDefaultTimeout(60_000);

const password = 'hush/now';

/** Returns the rights that the manual tells to grant. */
async function rightsInManual(): Promise<string[]> {
  const manual = await readFile(join(root, 'docs', 'operations.md'), 'utf8');
  const [, rights = ''] = /^ACL SETUSER onsale on >PASSWORD (.*)$/m.exec(manual.replaceAll(' \\\n  ', ' ')) ?? [];
  return rights.split(' ');
}

/** Makes the user `onsale`, with no other right. */
async function allow(...servers: OwnRedis[]): Promise<void> {
  const rights = await rightsInManual();
  for (const { command } of servers) await command('ACL', 'SETUSER', 'onsale', 'on', `>${password}`, ...rights);
}

let database: TestDatabase;
let made: Certificates;
let files: Record<'REDIS_TLS_CA' | 'REDIS_TLS_CERT' | 'REDIS_TLS_KEY', string>;
beforeAll(async () => {
  [database, made] = await Promise.all([testDatabase(), makeCertificates()]);
  files = { REDIS_TLS_CA: made.ca, REDIS_TLS_CERT: made.client.cert, REDIS_TLS_KEY: made.client.key };
});
afterAll(async () => {
  await database.drop();
  await made.remove();
});

test('the rights in the manual are enough for each script of the locks', async () => {
  const rights = await rightsInManual();
  for (const command of commandsInScripts) expect(rights).toContain(`+${command.toLowerCase()}`);
});

test('the rights in the manual are enough for the limits on writes', async () => {
  const server = await startRedis();
  await allow(server);
  const redis = openRedis({ nodes: [server.node], username: 'onsale', password, database: 0 });
  const limits = writeLimits({ perUser: 2, perAddress: 2, windowS: 60 }, redis, {
    log: silentLog,
    metrics: createMetrics('test'),
  });
  for (const limit of [limits!.perUser!, limits!.perAddress!]) {
    await eventually(async () => expect(await limit.take('a')).toMatchObject({ isOver: false }));
  }
  await redis.close();
  await server.stop();
});

const login = { REDIS_USERNAME: 'onsale', REDIS_PASSWORD: password };

describe.each(kinds)('%s works', (kind) => {
  test('with Redis by TLS, as an ACL user with a certificate, at one address', async () => {
    const server = await startTlsRedis(made);
    await allow(server);
    const address = `rediss://onsale:${encodeURIComponent(password)}@localhost:${server.tlsPort}/1`;
    const shop = await startShop(kind, database, { REDIS_URL: address, ...files });
    await shop.work(shop.tickets[0]);
    await shop.stop();
    await server.stop();
  });

  test('with a password of Redis that is changed there and in its file', async () => {
    const server = await startTlsRedis(made);
    await allow(server);
    const file = join(made.dir, 'password');
    await writeFile(file, `${password}\n`);
    const address = { REDIS_ADDR: `localhost:${server.tlsPort}`, REDIS_TLS: 'true', ...files };
    const env = { ...address, REDIS_USERNAME: 'onsale', REDIS_PASSWORD_FILE: file };
    const shop = await startShop(kind, database, env);
    await shop.work(shop.tickets[0]);
    await server.command('ACL', 'SETUSER', 'onsale', 'resetpass', '>another');
    await writeFile(file, 'another');
    await server.command('CLIENT', 'KILL', 'USER', 'onsale');
    await eventually(async () => expect((await shop.hold(shop.tickets[1])).status).toBe(201));
    await shop.ready();
    await shop.shows(shop.tickets[1], 'reserved');
    await shop.stop();
    await server.stop();
  });

  test('with a cluster by TLS behind one address, whose nodes have names', async () => {
    const cluster = await startTlsCluster(made);
    await allow(...cluster.nodes);
    const configuration = await startForwarder(cluster.tlsPorts[1]!);
    const address = { REDIS_ADDR: `rediss://localhost:${configuration.port}`, REDIS_CLUSTER: 'true' };
    const shop = await startShop(kind, database, { ...address, ...login, ...files });
    for (const seat of shop.tickets) await shop.work(seat);
    await shop.stop();
    await Promise.all([cluster.stop(), configuration.stop()]);
  });

  test('with Sentinel by TLS, also when the primary is killed', async () => {
    const sentinel = await startSentinel(made);
    await allow(sentinel.primary, sentinel.replica);
    const shop = await startShop(kind, database, { ...bySentinel(sentinel), ...login, ...files });
    const [first, second, third] = shop.tickets;
    await shop.work(first);
    expect((await shop.hold(second)).status).toBe(201);
    await eventually(async () => {
      const [, held] = (await sentinel.replica.command('SCAN', '0', 'MATCH', 'ticket_locks:*')) as [string, string[]];
      expect(held).toHaveLength(1);
    });
    await sentinel.primary.stop();
    await eventually(async () => expect((await shop.hold(third)).status).toBe(201), 30_000);
    expect((await shop.hold(second)).status).toBe(409);
    await shop.ready();
    await shop.shows(third, 'reserved');
    await shop.stop();
    await sentinel.stop();
  });
});

test('an authority that is changed in its file counts for the next connection', async () => {
  const server = await startTlsRedis(made);
  const file = join(made.dir, 'authority.pem');
  await copyFile(made.ca, file);
  const env = { ...files, REDIS_ADDR: `rediss://localhost:${server.tlsPort}`, REDIS_TLS_CA: file };
  const redis = openRedis(redisConfig(readConfig(redisVariables, env))!);
  await redis.ping();
  await copyFile(made.stranger.cert, file);
  await eventually(async () => {
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
    expect(reasonOf(await redis.ping().catch((error) => error))).toBe(unknownAuthority('Redis'));
  });
  await copyFile(made.ca, file);
  await eventually(() => redis.ping().then(() => true));
  await redis.close();
  await server.stop();
});

test.each(['bun', 'deno'] as const)(
  '%s gathers the commands of one turn into few writes, also by TLS',
  async (kind) => {
    const server = await startTlsRedis(made);
    const command = runners[kind]('').with(-1, join(import.meta.dirname, 'redis-writes.ts'));
    const env = { REDIS_ADDR: `rediss://localhost:${server.tlsPort}`, ...files };
    const { right, writes } = JSON.parse(await runProcess(command, env));
    expect(right).toBe(1000);
    expect(writes).toBeLessThan(5);
    await server.stop();
  },
);

type Sentinel = Awaited<ReturnType<typeof startSentinel>>;

const bySentinel = ({ node, password }: Sentinel) => ({
  REDIS_SENTINELS: node,
  REDIS_SENTINEL_MASTER: 'seats',
  REDIS_SENTINEL_PASSWORD: password,
  REDIS_TLS: 'true',
});

const unknownAuthority = (server: string) =>
  `${server} shows a certificate that no known authority has signed: put its authority in REDIS_TLS_CA`;
const wrongPassword = 'Redis refuses the password: mend REDIS_PASSWORD, and REDIS_USERNAME if it is set';

describe.each(kinds)('%s says at /readyz and in the log', (kind) => {
  let server: TlsRedis;
  let misnamed: TlsRedis;
  beforeAll(async () => {
    [server, misnamed] = await Promise.all([startTlsRedis(made), startTlsRedis(made, { shown: made.misnamed })]);
    await allow(server, misnamed);
    await server.command('ACL', 'SETUSER', 'narrow', 'on', `>${password}`, '~*', '+info', '+ping');
  });
  afterAll(() => Promise.all([server.stop(), misnamed.stop()]));

  const at = ({ tlsPort }: TlsRedis) => ({ REDIS_ADDR: `rediss://localhost:${tlsPort}`, ...login, ...files });
  const says = (env: Record<string, string>, wanted: string) => refusal(kind, database, env, wanted);

  test('that no known authority signed Redis’ certificate', () =>
    says({ ...at(server), REDIS_TLS_CA: made.stranger.cert }, unknownAuthority('Redis')));

  test('that Redis’ certificate is for another host, unless that is named', async () => {
    await says(
      at(misnamed),
      'Redis shows a certificate for another host: write the name that it is for in REDIS_ADDR, or in REDIS_TLS_SERVERNAME',
    );
    const shop = await startShop(kind, database, { ...at(misnamed), REDIS_TLS_SERVERNAME: 'db.example' });
    await shop.stop();
  });

  test('that Redis asks for a certificate', () => {
    const { REDIS_TLS_CERT: _, REDIS_TLS_KEY: __, ...rest } = at(server);
    return says(rest, 'Redis asks for a certificate of this client: set REDIS_TLS_CERT and REDIS_TLS_KEY');
  });

  test('that Redis does not know who signed the client’s certificate', () =>
    says(
      { ...at(server), REDIS_TLS_CERT: made.stranger.cert, REDIS_TLS_KEY: made.stranger.key },
      'Redis knows no authority that has signed the certificate in REDIS_TLS_CERT and REDIS_TLS_KEY',
    ));

  test('that the password or the user is wrong', async () => {
    await says({ ...at(server), REDIS_PASSWORD: 'other' }, wrongPassword);
    await says({ ...at(server), REDIS_USERNAME: 'other' }, wrongPassword);
  });

  test('that the user lacks a right', () =>
    says(
      { ...at(server), REDIS_USERNAME: 'narrow' },
      'Redis does not let its user do what is needed: grant all commands, keys and channels, or those that docs/operations.md lists (ACL SETUSER)',
    ));

  test('that Redis speaks no TLS', () =>
    says(
      { ...at(server), REDIS_ADDR: `rediss://localhost:${server.port}` },
      'Redis does not speak TLS: mend REDIS_TLS, or rediss:// in REDIS_ADDR, or turn TLS on there',
    ));

  test('that Redis speaks TLS', () =>
    says(
      { REDIS_ADDR: `localhost:${server.tlsPort}` },
      'Redis speaks TLS: set REDIS_TLS=true, or write rediss:// in REDIS_ADDR',
    ));

  test('that no known authority signed the certificates of a cluster', async () => {
    const cluster = await startTlsCluster(made);
    await allow(...cluster.nodes);
    const env = { ...at(server), REDIS_ADDR: `rediss://localhost:${cluster.tlsPorts[0]}`, REDIS_CLUSTER: 'true' };
    await says({ ...env, REDIS_TLS_CA: made.stranger.cert }, unknownAuthority('Redis'));
    await says({ ...env, REDIS_PASSWORD: 'other' }, wrongPassword);
    await cluster.stop();
  });

  test('what is wrong with Sentinel', async () => {
    const sentinel = await startSentinel(made);
    await allow(sentinel.primary, sentinel.replica);
    const env = { ...bySentinel(sentinel), ...login, ...files };
    const { REDIS_TLS: _, REDIS_TLS_CA: __, REDIS_TLS_CERT: ___, REDIS_TLS_KEY: ____, ...plain } = env;
    const cases: [Record<string, string>, string][] = [
      [{ ...env, REDIS_TLS_CA: made.stranger.cert }, unknownAuthority('Sentinel')],
      [
        { ...env, REDIS_SENTINEL_PASSWORD: 'other' },
        'Sentinel refuses the password: mend REDIS_SENTINEL_PASSWORD, and REDIS_SENTINEL_USERNAME if it is set',
      ],
      [{ ...env, REDIS_SENTINEL_MASTER: 'other' }, 'Sentinel knows no Redis of that name: mend REDIS_SENTINEL_MASTER'],
      [
        {
          ...env,
          REDIS_SENTINELS: `localhost:${server.tlsPort}`,
          REDIS_SENTINEL_USERNAME: 'onsale',
          REDIS_SENTINEL_PASSWORD: password,
        },
        'REDIS_SENTINELS leads to a server that is no Sentinel: mend it',
      ],
      [
        { ...env, REDIS_SENTINELS: `localhost:${await freePort()}` },
        'no Sentinel can be reached: mend REDIS_SENTINELS',
      ],
      [plain, 'Sentinel speaks TLS: set REDIS_TLS=true, or write rediss:// in REDIS_ADDR'],
      [{ ...env, REDIS_PASSWORD: 'other' }, wrongPassword],
    ];
    for (const [given, wanted] of cases) await says(given, wanted);
    await Promise.all([sentinel.primary.stop(), sentinel.replica.stop()]);
    await says(
      env,
      'Sentinel names a primary of Redis that can’t be reached from here: is it there, and does it announce an address of this network?',
    );
    await sentinel.stop();
  }, 120_000);
});
