import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyDatabase, type TestDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type Certificates, makeCertificates } from '../rig/certificates.ts';
import { runProcess, type Started, startProcess } from '../rig/process.ts';
import { type SecuredKafka, startSecuredKafka, type Way } from '../rig/secured-kafka.ts';
import { postgresEnv, runners } from '../rig/targets.ts';

setDefaultTimeout(60_000);

type Env = Record<string, string>;

let certificates: Certificates;
let broker: SecuredKafka;
let database: TestDatabase;
beforeAll(async () => {
  [certificates, database] = await Promise.all([makeCertificates(), emptyDatabase()]);
  broker = await startSecuredKafka(certificates);
  await runProcess([...runners.bun('events'), 'migrate'], postgresEnv(database.config));
  await runProcess([...runners.bun('events'), 'seed'], postgresEnv(database.config));
}, 120_000);
afterAll(async () => {
  await broker?.stop();
  await Promise.all([database?.drop(), certificates?.remove()]);
});

/** Starts a search process of a group of its own. */
async function start(kind: keyof typeof runners, env: Env): Promise<Started & { url: string; prefix: string }> {
  const prefix = `t${randomBytes(5).toString('hex')}`;
  const process = await startProcess(runners[kind]('search'), {
    ...postgresEnv(database.config),
    SERVER_ADDR: '127.0.0.1:0',
    KAFKA_TOPIC_PREFIX: prefix,
    KAFKA_GROUP: prefix,
    ...env,
  });
  return { ...process, prefix, url: `http://127.0.0.1:${process.ports[0]}` };
}

const ready = async (url: string) =>
  (await (await fetch(`${url}/readyz`)).json()) as { status: string; reasons?: Record<string, string> };

/** Renames an event, tells of it as Debezium does, and waits until a search finds the new name. */
async function expectFollowing({ url, prefix }: { url: string; prefix: string }): Promise<void> {
  await eventually(async () => (await ready(url)).status === 'ok', 30_000);
  const [{ id }] = (await database.sql`select id from events order by id limit 1`) as unknown as [{ id: string }];
  const name = `Concert ${randomBytes(6).toString('hex')}`;
  await database.sql`update events set name = ${name} where id = ${id}`;
  const change = { op: 'u', before: null, after: { id: Number(id) }, source: { table: 'events' } };
  const producer = broker.kafka.producer();
  await producer.connect();
  await producer.send({ topic: `${prefix}.public.events`, messages: [{ key: id, value: JSON.stringify(change) }] });
  await producer.disconnect();
  await eventually(async () => {
    const found = await (await fetch(`${url}/api/v1/search/events?q=${encodeURIComponent(name)}&size=1`)).text();
    return found.includes(name);
  }, 20_000);
}

/** An unsigned token, of a user and for so long. */
function token(user: string, seconds = 300): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub: user, iat: nowSeconds, exp: nowSeconds + seconds, scope: '' })}.`;
}

const at = (way: Way): Env => ({ KAFKA_LISTENERS: broker.at[way] });
const over = (protocol: string): Env => ({ KAFKA_SECURITY_PROTOCOL: protocol });
const trusting = (): Env => ({ KAFKA_SSL_CA: certificates.ca });
const by = (mechanism: string): Env => ({
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: broker.user.name,
  KAFKA_SASL_PASSWORD: broker.user.password,
});
const secured = (mechanism: string): Env => ({ ...at('users'), ...over('SASL_SSL'), ...trusting(), ...by(mechanism) });
const own = (): Env => ({ KAFKA_SSL_CERT: certificates.client.cert, KAFKA_SSL_KEY: certificates.client.key });
const bearing = (env: Env): Env => ({
  ...at('bearer'),
  ...over('SASL_SSL'),
  ...trusting(),
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  ...env,
});
const inFile = async (name: string, text: string) => {
  const path = join(certificates.dir, name);
  await writeFile(path, text);
  return path;
};

const rows: [string, () => Env | Promise<Env>][] = [
  ['SSL', () => ({ ...at('tls'), ...over('SSL'), ...trusting() })],
  ['SSL, named in the address', () => ({ KAFKA_BOOTSTRAP_SERVERS: `SSL://${broker.at.tls}`, ...trusting() })],
  ['SSL with a certificate', () => ({ ...at('mutual'), ...over('SSL'), ...trusting(), ...own() })],
  ['PLAIN over TLS', () => secured('PLAIN')],
  ['SCRAM-SHA-256 over TLS', () => secured('SCRAM-SHA-256')],
  ['SCRAM-SHA-512 over TLS', () => secured('SCRAM-SHA-512')],
  ['PLAIN without TLS', () => ({ ...at('open'), ...over('SASL_PLAINTEXT'), ...by('PLAIN') })],
  [
    'OAUTHBEARER by a token’s file',
    async () => bearing({ KAFKA_SASL_TOKEN_FILE: await inFile('token', `${token('seller')}\n`) }),
  ],
  ['OAUTHBEARER by a command', () => bearing({ KAFKA_SASL_TOKEN_COMMAND: `echo ${token('seller')}` })],
];

const wrongCa = () => ({ KAFKA_SSL_CA: certificates.stranger.cert });
const wrongUser = 'Kafka refuses the user or the password: mend KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';

const refusals: [string, () => Env | Promise<Env>, string][] = [
  [
    'its authority is another',
    () => ({ ...at('tls'), ...over('SSL'), ...wrongCa() }),
    'Kafka shows a certificate that no known authority has signed: put its authority in KAFKA_SSL_CA',
  ],
  [
    'its certificate is for another host',
    () => ({ ...at('misnamed'), ...over('SSL'), ...trusting() }),
    'Kafka shows a certificate for another host: write the name that it is for in KAFKA_LISTENERS, and into advertised.listeners there',
  ],
  [
    'it asks for a certificate',
    () => ({ ...at('mutual'), ...over('SSL'), ...trusting() }),
    'Kafka asks for a certificate of this client, or refuses the one in KAFKA_SSL_CERT',
  ],
  [
    'it does not know this client’s authority',
    () => ({
      ...at('mutual'),
      ...over('SSL'),
      ...trusting(),
      KAFKA_SSL_CERT: certificates.stranger.cert,
      KAFKA_SSL_KEY: certificates.stranger.key,
    }),
    'Kafka does not trust the certificate in KAFKA_SSL_CERT',
  ],
  ['the password is wrong (PLAIN)', () => ({ ...secured('PLAIN'), KAFKA_SASL_PASSWORD: 'wrong' }), wrongUser],
  ['the password is wrong (SCRAM)', () => ({ ...secured('SCRAM-SHA-512'), KAFKA_SASL_PASSWORD: 'wrong' }), wrongUser],
  ['nobody has this name', () => ({ ...secured('SCRAM-SHA-256'), KAFKA_SASL_USERNAME: 'nobody' }), wrongUser],
  [
    'it asks for TLS',
    () => at('tls'),
    'Kafka ends connections before its first answer: it is away behind a proxy, or asks for TLS (KAFKA_SECURITY_PROTOCOL=SSL or SASL_SSL)',
  ],
  [
    'it has no TLS',
    () => ({ ...at('plain'), ...over('SSL'), ...trusting() }),
    'Kafka ends connections instead of agreeing on TLS: it is away behind a proxy, or speaks no TLS there (KAFKA_SECURITY_PROTOCOL)',
  ],
  [
    'it asks for a login',
    () => ({ ...at('users'), ...over('SSL'), ...trusting() }),
    'Kafka ends connections at the first question: does it ask for a login (KAFKA_SECURITY_PROTOCOL=SASL_SSL)?',
  ],
  [
    'it takes no login',
    () => ({ ...at('tls'), ...over('SASL_SSL'), ...trusting(), ...by('PLAIN') }),
    'Kafka takes no login there: mend KAFKA_SECURITY_PROTOCOL, or the port in KAFKA_LISTENERS',
  ],
  [
    'the kind of login is not taken',
    () => ({ ...at('scram'), ...over('SASL_SSL'), ...trusting(), ...by('PLAIN') }),
    'Kafka does not take this kind of login there: mend KAFKA_SASL_MECHANISM',
  ],
  [
    'the token has ended',
    async () => bearing({ KAFKA_SASL_TOKEN_FILE: await inFile('old-token', token('seller', -100)) }),
    'Kafka refuses the token of KAFKA_SASL_TOKEN_FILE',
  ],
  [
    'the token’s command fails',
    () => bearing({ KAFKA_SASL_TOKEN_COMMAND: 'false' }),
    'KAFKA_SASL_TOKEN_COMMAND has failed, with exit code 1',
  ],
  [
    'the token’s command hangs',
    () => bearing({ KAFKA_SASL_TOKEN_COMMAND: 'sleep 100' }),
    'KAFKA_SASL_TOKEN_COMMAND has not printed a token yet',
  ],
];

describe.each(Object.keys(runners) as (keyof typeof runners)[])('search on %s', (kind) => {
  describe('follows Kafka by', () => {
    test.each(rows)('%s', async (_, env) => {
      const search = await start(kind, await env());
      try {
        await expectFollowing(search);
      } finally {
        await search.stop();
      }
    });
  });

  test.each(['snappy', 'lz4', 'zstd', 'gzip'])('follows topics that are compressed by %s', async (compression) => {
    const search = await start(kind, at('plain'));
    try {
      const topic = `${search.prefix}.public.events`;
      await eventually(async () => (await broker.admin.listTopics()).includes(topic), 20_000);
      const configEntries = [{ name: 'compression.type', value: compression }];
      await broker.admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] });
      await expectFollowing(search);
    } finally {
      await search.stop();
    }
  });

  test('goes on when the user of its tokens changes, which Kafka takes for no new login of the same connection', async () => {
    const path = await inFile(`token-${kind}`, token('seller'));
    const search = await start(kind, bearing({ KAFKA_SASL_TOKEN_FILE: path }));
    try {
      await expectFollowing(search);
      await writeFile(path, token('another'));
      await eventually(() => search.output().includes('Cannot change principals'), 20_000);
      await expectFollowing(search);
    } finally {
      await search.stop();
    }
  });

  test('drops a broker that hangs, over TLS, and follows it again', async () => {
    const search = await start(kind, secured('SCRAM-SHA-512'));
    try {
      await expectFollowing(search);
      broker.hang();
      await eventually(async () => (await ready(search.url)).status === 'degraded');
      await eventually(() => search.output().includes('change source: connecting again'), 20_000);
      broker.wake();
      await expectFollowing(search);
    } finally {
      broker.wake();
      await search.stop();
    }
  });

  describe('says why Kafka can’t be used:', () => {
    test.each(refusals)('%s', async (_, env, sentence) => {
      const search = await start(kind, await env());
      try {
        const { reasons } = await eventually(async () => {
          const told = await ready(search.url);
          return told.reasons?.kafka ? told : false;
        }, 8_000);
        expect(reasons).toEqual({ kafka: sentence });
        await eventually(() => search.output().includes(`"reason":${JSON.stringify(sentence)}`));
      } finally {
        await search.stop();
      }
    });
  });
});
