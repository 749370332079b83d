import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { stackAddress } from '../../shared/testing/stack.ts';
import { type Certificates, type KeyPair, makeCertificates } from '../rig/certificates.ts';
import { runProcess } from '../rig/process.ts';
import { postgresEnv, runners } from '../rig/targets.ts';

setDefaultTimeout(120_000);

const basic = `Basic ${Buffer.from('seller:hush ü:1').toString('base64')}`;
const bearer = 'Bearer abc.def';

type Way = { server: Server; url: string };

let certificates: Certificates;
let database: TestDatabase;
const ways: Record<'open' | 'mutual' | 'misnamed' | 'basic' | 'bearer', Way> = {} as never;
beforeAll(async () => {
  [certificates, database] = await Promise.all([makeCertificates(), testDatabase()]);
  const { server, misnamed } = certificates;
  ways.open = await openWay(server);
  ways.mutual = await openWay(server, { asks: true });
  ways.misnamed = await openWay(misnamed);
  ways.basic = await openWay(server, { login: basic });
  ways.bearer = await openWay(server, { login: bearer });
});
afterAll(async () => {
  for (const { server } of Object.values(ways)) server.close();
  await Promise.all([database?.drop(), certificates?.remove()]);
});

/** A proxy with TLS before Kafka Connect, as its own servers are behind one; it lets in who has the `login`. */
async function openWay(pair: KeyPair, { asks = false, login = '' } = {}): Promise<Way> {
  const connect = new URL(stackAddress('KAFKA_CONNECT_URL'));
  const certificate = { cert: readFileSync(pair.cert), key: readFileSync(pair.key) };
  const asking = { requestCert: true, rejectUnauthorized: true, ca: readFileSync(certificates.ca) };
  const server = createServer({ ...certificate, ...(asks && asking) }, (received, reply) => {
    if (login && received.headers.authorization !== login) return void reply.writeHead(401).end('{"message":"who?"}');
    const { method, url, headers } = received;
    const to = { host: connect.hostname, port: connect.port, method, path: url, headers };
    const passed = request(to, (response) => response.pipe(reply.writeHead(response.statusCode!, response.headers)));
    received.pipe(passed.on('error', () => reply.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `https://localhost:${(server.address() as { port: number }).port}` };
}

type Env = Record<string, string>;

const at = (way: keyof typeof ways): Env => ({ KAFKA_CONNECT_URL: ways[way].url, KAFKA_CONNECT_CA: certificates.ca });
const user = { KAFKA_CONNECT_USERNAME: 'seller', KAFKA_CONNECT_PASSWORD: 'hush ü:1' };
const own = (): Env => ({
  KAFKA_CONNECT_CERT: certificates.client.cert,
  KAFKA_CONNECT_KEY: certificates.client.key,
});

/** Resolves to what a command of `search connector` prints, whatever its exit code. */
async function connector(kind: keyof typeof runners, verb: string, env: Env): Promise<string> {
  const all = { ...postgresEnv(database.config), ...env };
  return runProcess([...runners[kind]('search'), 'connector', verb], all).catch((error: Error) => error.message);
}

const rows: [string, () => Env][] = [
  ['its authority', () => at('open')],
  ['a certificate', () => ({ ...at('mutual'), ...own() })],
  ['a user and password', () => ({ ...at('basic'), ...user })],
  ['a token', () => ({ ...at('bearer'), KAFKA_CONNECT_TOKEN: 'abc.def' })],
];

const wrongLogin = 'Kafka Connect refuses the login: mend KAFKA_CONNECT_USERNAME and KAFKA_CONNECT_PASSWORD';
const refusals: [string, () => Env, string | RegExp][] = [
  [
    'its authority is another',
    () => ({ ...at('open'), KAFKA_CONNECT_CA: certificates.stranger.cert }),
    'no known authority has signed: put its authority in KAFKA_CONNECT_CA',
  ],
  [
    'its certificate is for another host',
    () => at('misnamed'),
    'shows a certificate for another host: write the name that it is for in KAFKA_CONNECT_URL',
  ],
  ['it asks for a certificate', () => at('mutual'), 'asks for a certificate of this client: set KAFKA_CONNECT_CERT'],
  ['the password is wrong', () => ({ ...at('basic'), ...user, KAFKA_CONNECT_PASSWORD: 'wrong' }), wrongLogin],
  ['the user is unknown', () => ({ ...at('basic'), ...user, KAFKA_CONNECT_USERNAME: 'nobody' }), wrongLogin],
  [
    'the token is wrong',
    () => ({ ...at('bearer'), KAFKA_CONNECT_TOKEN: 'wrong' }),
    'refuses the token: mend KAFKA_CONNECT_TOKEN',
  ],
  [
    'it asks for a login',
    () => at('basic'),
    'asks for a login: set KAFKA_CONNECT_USERNAME and KAFKA_CONNECT_PASSWORD, or KAFKA_CONNECT_TOKEN',
  ],
  [
    'it has no TLS',
    () => ({ KAFKA_CONNECT_URL: stackAddress('KAFKA_CONNECT_URL').replace('http:', 'https:') }),
    /does not speak TLS there: mend KAFKA_CONNECT_URL|does not answer at/,
  ],
  [
    'it has TLS',
    () => ({ KAFKA_CONNECT_URL: ways.open.url.replace('https:', 'http:') }),
    'does not answer at localhost',
  ],
];

describe.each(Object.keys(runners) as (keyof typeof runners)[])('search connector on %s', (kind) => {
  test.each(rows)('asks Kafka Connect by %s', async (_, env) => {
    expect(await connector(kind, 'status', env())).toContain('onsale: not there, no task; slot onsale_connect');
  });

  test('makes and deletes a connector over TLS, with a login', async () => {
    const prefix = `t${randomBytes(5).toString('hex')}`;
    const env = { ...at('basic'), ...user, KAFKA_TOPIC_PREFIX: prefix };
    expect(await connector(kind, 'apply', env)).toContain(`onsale_${prefix}: running`);
    expect(await connector(kind, 'delete', env)).toContain(`onsale_${prefix}: deleted`);
  });

  test.each(refusals)('says why Kafka Connect can’t be used: %s', async (_, env, why) => {
    const told = await connector(kind, 'status', env());
    expect(told).toMatch(why);
    expect(told).not.toContain('hush');
  });
});
