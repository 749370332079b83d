import { afterAll, beforeAll, beforeEach, expect, test } from 'bun:test';
import { type Certificates, makeCertificates } from '../../tests/rig/certificates.ts';
import { connector } from './connector-cli.ts';

let certificates: Certificates;
const connect = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  async fetch(request) {
    if (new URL(request.url).pathname.endsWith('/config')) {
      asked = (await request.json()) as Record<string, string>;
      return Response.json({}, { status: 201 });
    }
    return Response.json({ connector: { state: 'RUNNING' }, tasks: [{ id: 0, state: 'RUNNING' }] });
  },
});
let asked: Record<string, string> | undefined;

beforeAll(async () => {
  certificates = await makeCertificates();
});
beforeEach(() => {
  asked = undefined;
});
afterAll(async () => {
  await connect.stop(true);
  await certificates.remove();
});

/** Returns what Kafka Connect is asked for, of the database's address and TLS. */
async function wanted(env: Record<string, string>) {
  await connector.run(['apply'], { KAFKA_CONNECT_URL: `http://127.0.0.1:${connect.port}`, ...env });
  const parts = Object.entries(asked ?? {}).filter(([key]) => /^database\.(hostname|port|ssl)/.test(key));
  return Object.fromEntries(parts.map(([key, text]) => [key.slice('database.'.length), text]));
}

test('the connector has the same TLS as the services, at the paths of its machine', async () => {
  const { ca, client } = certificates;
  const env = { POSTGRES_HOST: 'db', POSTGRES_SSLMODE: 'require', POSTGRES_SSLROOTCERT: ca };
  const pair = { POSTGRES_SSLCERT: client.cert, POSTGRES_SSLKEY: client.key };
  expect(await wanted({ POSTGRES_HOST: 'db' })).toEqual({ hostname: 'db', port: '5432', sslmode: 'disable' });
  expect(await wanted({ ...env, ...pair, POSTGRES_CONNECT_SSLKEY: '/etc/key.der' })).toEqual({
    hostname: 'db',
    port: '5432',
    sslmode: 'verify-ca',
    sslrootcert: ca,
    sslcert: client.cert,
    sslkey: '/etc/key.der',
  });
  expect(await wanted({ POSTGRES_HOST: 'db', POSTGRES_SSLROOTCERT: 'system' })).toEqual({
    hostname: 'db',
    port: '5432',
    sslmode: 'verify-full',
    sslfactory: 'org.postgresql.ssl.DefaultJavaSSLFactory',
  });
});

test('the connector goes to PostgreSQL itself, and to one host', async () => {
  const pooled = { POSTGRES_HOST: 'bouncer', POSTGRES_PORT: '6432', POSTGRES_POOLED: 'transaction' };
  expect(await wanted({ ...pooled, POSTGRES_DIRECT_HOST: 'db', POSTGRES_DIRECT_PORT: '5432' })).toMatchObject({
    hostname: 'db',
    port: '5432',
  });
  expect(await wanted({ POSTGRES_HOST: 'a,b', POSTGRES_CONNECT_HOST: 'primary' })).toMatchObject({
    hostname: 'primary',
  });
  await expect(wanted(pooled)).rejects.toThrow('POSTGRES_DIRECT_HOST');
  await expect(wanted({ POSTGRES_HOST: 'a,b' })).rejects.toThrow('POSTGRES_CONNECT_HOST: Debezium takes one host');
});
