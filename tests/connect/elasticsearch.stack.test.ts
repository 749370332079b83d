import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyDatabase, type TestDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { stackAddress } from '../../shared/testing/stack.ts';
import { type Certificates, makeCertificates } from '../rig/certificates.ts';
import { runProcess, startProcess } from '../rig/process.ts';
import { postgresEnv, runners } from '../rig/targets.ts';
import { type GateOptions, openGate } from './elasticsearch-gate.ts';

setDefaultTimeout(60_000);

/** Search, in each way to run, gets to Elasticsearch as managed services want it, and tells why where it does not. */

const prefix = `t${randomBytes(5).toString('hex')}`;
const closes: (() => unknown)[] = [];
let certificates: Certificates;
let database: TestDatabase;
let indexes = 0;

beforeAll(async () => {
  certificates = await makeCertificates();
  database = await emptyDatabase();
  for (const command of ['migrate', 'seed']) {
    await runProcess([...runners.bun('events'), command], postgresEnv(database.config));
  }
});
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});
afterAll(async () => {
  await database.drop();
  await certificates.remove();
  const address = stackAddress('ELASTICSEARCH_ADDR').split(',')[0];
  const listed = await fetch(`${address}/_cat/indices/${prefix}*?format=json&h=index&expand_wildcards=all`);
  for (const { index } of (await listed.json()) as { index: string }[]) {
    await fetch(`${address}/${index}`, { method: 'DELETE' });
  }
});

async function gate(options: GateOptions) {
  const opened = await openGate(options);
  closes.push(opened.close);
  return opened;
}

type Kind = keyof typeof runners;

/** Starts search with an index of its own; it keeps the index after the database unless it is an `api` alone. */
async function startSearch(kind: Kind, env: Record<string, string>) {
  const started = await startProcess(runners[kind]('search'), {
    ...postgresEnv(database.config),
    ELASTICSEARCH_INDEX: `${prefix}-${indexes++}`,
    SERVER_ADDR: '127.0.0.1:0',
    LOG_REQUESTS: 'false',
    ...env,
  });
  closes.push(() => started.stop());
  const url = `http://127.0.0.1:${started.ports[0]}`;
  return {
    output: started.output,
    ready: () => eventually(async () => (await fetch(`${url}/readyz`)).status === 200, 30_000),
    reasons: async () => ((await (await fetch(`${url}/readyz`)).json()) as { reasons?: object }).reasons,
    /** Asks for what no page in the cache has. */
    async found(words = 'madisn sqare', size = 1): Promise<number> {
      const response = await fetch(`${url}/api/v1/search/events?q=${encodeURIComponent(words)}&size=${size}`);
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}\n${started.output()}`);
      return ((await response.json()) as { events: object[] }).events.length;
    },
  };
}

/** Starts search, waits for its index, and finds an event. */
async function expectFound(kind: Kind, env: Record<string, string>) {
  const search = await startSearch(kind, env);
  await search.ready();
  expect(await search.found()).toBe(1);
  return search;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const basic = `Basic ${base64('app:hush')}`;
const apiKey = `ApiKey ${base64('id:hush')}`;
const login = () => basic;
const user = { ELASTICSEARCH_USERNAME: 'app', ELASTICSEARCH_PASSWORD: 'hush' };
const at = ({ port }: { port: number }, host = 'localhost') => ({ ELASTICSEARCH_ADDR: `https://${host}:${port}` });
const fingerprintOf = (path: string) => new X509Certificate(readFileSync(path)).fingerprint256;

describe.each(Object.keys(runners) as Kind[])('search on Elasticsearch, %s:', (kind) => {
  const ca = () => ({ ELASTICSEARCH_CA: certificates.ca });

  test('https with an authority’s file, a user and a password', async () => {
    const node = await gate({ certificate: certificates.server, login });
    await expectFound(kind, { ...at(node), ...ca(), ...user });
  });

  test('https with an authority’s fingerprint, and an API key', async () => {
    const node = await gate({ certificate: certificates.server, authority: certificates.ca, login: () => apiKey });
    const fingerprint = fingerprintOf(certificates.ca);
    await expectFound(kind, {
      ...at(node),
      ELASTICSEARCH_CA_FINGERPRINT: fingerprint,
      ELASTICSEARCH_API_KEY: 'id:hush',
    });
  });

  test('https with the fingerprint of a certificate that has signed itself', async () => {
    const node = await gate({ certificate: certificates.alone, login });
    const ELASTICSEARCH_CA_FINGERPRINT = fingerprintOf(certificates.alone.cert);
    await expectFound(kind, { ...at(node), ELASTICSEARCH_CA_FINGERPRINT, ...user });
  });

  test('a cloud id, and an encoded API key', async () => {
    const node = await gate({ certificate: certificates.server, login: () => apiKey });
    // Its address is the id of Elasticsearch before the host: 127.0.0.1.
    const ELASTIC_CLOUD_ID = `onsale:${base64(`0.0.1:${node.port}$127$kibana`)}`;
    await expectFound(kind, { ELASTIC_CLOUD_ID, ...ca(), ELASTICSEARCH_API_KEY: base64('id:hush') });
  });

  test('a client’s certificate', async () => {
    const node = await gate({ certificate: certificates.server, clientsBy: certificates.ca });
    const { cert, key } = certificates.client;
    await expectFound(kind, { ...at(node), ...ca(), ELASTICSEARCH_CERT: cert, ELASTICSEARCH_KEY: key });
  });

  test('http with a user in the address', async () => {
    const node = await gate({ login });
    await expectFound(kind, { ELASTICSEARCH_ADDR: `http://app:hush@127.0.0.1:${node.port}` });
  });

  test('several nodes, one of which dies', async () => {
    const nodes = [
      await gate({ certificate: certificates.server, login }),
      await gate({ certificate: certificates.server, login }),
    ];
    const addresses = nodes.map((node) => at(node).ELASTICSEARCH_ADDR);
    const search = await expectFound(kind, { ELASTICSEARCH_ADDR: addresses.join(), ...ca(), ...user });
    for (let n = 0; n < 4; n++) await search.found(`madison ${n}`);
    for (const node of nodes) expect(node.passed()).toBeGreaterThan(0);
    await nodes[0]!.close();
    for (let n = 4; n < 12; n++) await search.found(`madison ${n}`);
    await search.ready();
  });

  test('a key that changes at the server and in its file is used without a restart', async () => {
    const file = join(certificates.dir, `key-${kind}`);
    writeFileSync(file, 'id:hush\n');
    let known = apiKey;
    const node = await gate({ certificate: certificates.server, login: () => known });
    const search = await expectFound(kind, { ...at(node), ...ca(), ELASTICSEARCH_API_KEY_FILE: file });
    known = `ApiKey ${base64('id:new')}`;
    const refusal = 'Elasticsearch does not take the login in ELASTICSEARCH_API_KEY';
    await eventually(async () => expect(await search.reasons()).toMatchObject({ index: refusal }));
    writeFileSync(file, 'id:new\n');
    await eventually(async () => expect(await search.reasons()).toBeUndefined());
    expect(await search.found('madison', 2)).toBe(2);
  });

  /** What the server does, what search is told, and what it says. */
  const refusals: [title: string, GateOptions | (() => GateOptions), (port: number) => object, reason: string][] = [
    [
      'an authority that has not signed the certificate',
      () => ({ certificate: certificates.server }),
      (port) => ({ ...at({ port }), ELASTICSEARCH_CA: certificates.stranger.cert }),
      'shows a certificate that no known authority has signed: put its authority in ELASTICSEARCH_CA',
    ],
    [
      'no authority',
      () => ({ certificate: certificates.server, authority: certificates.ca }),
      (port) => at({ port }),
      'shows a certificate that no known authority has signed: put its authority in ELASTICSEARCH_CA',
    ],
    [
      'the fingerprint of another authority',
      () => ({ certificate: certificates.server, authority: certificates.ca }),
      (port) => ({ ...at({ port }), ELASTICSEARCH_CA_FINGERPRINT: fingerprintOf(certificates.stranger.cert) }),
      'shows no certificate that has the SHA-256 in ELASTICSEARCH_CA_FINGERPRINT',
    ],
    [
      'a server that shows the right authority’s certificate, which has not signed its own',
      () => ({ certificate: certificates.stranger, authority: certificates.ca }),
      (port) => ({ ...at({ port }), ELASTICSEARCH_CA_FINGERPRINT: fingerprintOf(certificates.ca) }),
      'shows a certificate that no known authority has signed: put its authority in ELASTICSEARCH_CA_FINGERPRINT',
    ],
    [
      'a certificate for another host',
      () => ({ certificate: certificates.misnamed }),
      (port) => ({ ...at({ port }), ...ca() }),
      'shows a certificate for another host: write the name that it is for in ELASTICSEARCH_ADDR',
    ],
    [
      'no certificate of the client',
      () => ({ certificate: certificates.server, clientsBy: certificates.ca }),
      (port) => ({ ...at({ port }), ...ca() }),
      'asks for a certificate of this client: set ELASTICSEARCH_CERT',
    ],
    [
      'https:// to a server without TLS',
      {},
      (port) => ({ ...at({ port }), ...ca() }),
      'does not speak TLS there: mend ELASTICSEARCH_ADDR, or turn TLS on there',
    ],
    [
      'http:// to a server with TLS',
      () => ({ certificate: certificates.server }),
      (port) => ({ ELASTICSEARCH_ADDR: `http://localhost:${port}` }),
      'speaks only TLS there: write https:// in ELASTICSEARCH_ADDR',
    ],
    [
      'a wrong password',
      () => ({ certificate: certificates.server, login }),
      (port) => ({ ...at({ port }), ...ca(), ...user, ELASTICSEARCH_PASSWORD: 'other' }),
      'does not take the login in ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD',
    ],
    [
      'a wrong API key',
      () => ({ certificate: certificates.server, login: () => apiKey }),
      (port) => ({ ...at({ port }), ...ca(), ELASTICSEARCH_API_KEY: 'id:other' }),
      'does not take the login in ELASTICSEARCH_API_KEY',
    ],
    [
      'no login',
      () => ({ certificate: certificates.server, login }),
      (port) => ({ ...at({ port }), ...ca() }),
      'asks for a login: set ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD',
    ],
    [
      'a login without the rights',
      () => ({ certificate: certificates.server, login, forbids: (path) => path.includes('/_alias/') }),
      (port) => ({ ...at({ port }), ...ca(), ...user }),
      'does not let the login in ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD do what is needed: it lacks the cluster privilege monitor',
    ],
  ];
  test.each(refusals)('%s is refused in a sentence', async (_, options, env, reason) => {
    const node = await gate(typeof options === 'function' ? options() : options);
    const search = await startSearch(kind, { ROLE: 'api', ...env(node.port) } as Record<string, string>);
    await eventually(async () => expect(await search.reasons()).toEqual({ index: `Elasticsearch ${reason}` }));
    await eventually(() => expect(search.output()).toContain(`Elasticsearch ${reason}`));
    expect(search.output()).not.toContain('hush');
  });
});
