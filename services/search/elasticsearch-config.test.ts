import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readConfig } from '../../shared/config/environment.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { refusal } from '../../shared/testing/refusal.ts';
import { type Certificates, makeCertificates } from '../../tests/rig/certificates.ts';
import { elasticsearchConfig, elasticsearchVariables } from './elasticsearch-config.ts';

const elasticsearch = (env: Record<string, string>) => elasticsearchConfig(readConfig(elasticsearchVariables, env));

const refusalOf = (env: Record<string, string>): string => {
  try {
    elasticsearch(env);
    return 'taken';
  } catch (error) {
    return (error as Error).message.replace('Wrong configuration:\n  ', '');
  }
};

const base64 = (text: string) => Buffer.from(text).toString('base64');
const cloudId = (host: string) => `onsale:prod:${base64(host)}`;

test('Elasticsearch: none, or its nodes and an index, and the address keeps no login', () => {
  expect(elasticsearch({ ELASTICSEARCH_API_KEY: 'hush' })).toBeUndefined();
  const { login, tls, ...config } = elasticsearch({
    ELASTICSEARCH_ADDR: 'https://me:hu%2Fsh@a:1,https://me:hu%2Fsh@b:2',
    ELASTICSEARCH_INDEX: 'mine',
  })!;
  expect(config).toEqual({ nodes: ['https://a:1', 'https://b:2'], named: 'ELASTICSEARCH_ADDR', index: 'mine' });
  expect(tls).toEqual({});
  expect([login?.names, login?.authorization()]).toEqual(['ELASTICSEARCH_ADDR', `Basic ${base64('me:hu/sh')}`]);
});

test.each(['ELASTICSEARCH_URL'])('%s is another name of the address', (name) => {
  expect(elasticsearch({ [name]: 'http://a:1' })?.nodes).toEqual(['http://a:1']);
});

describe('the login', () => {
  const address = { ELASTICSEARCH_ADDR: 'https://a:1' };
  const written = { ELASTICSEARCH_ADDR: 'https://me:hush@a:1' };
  const user = { ELASTICSEARCH_USERNAME: 'me', ELASTICSEARCH_PASSWORD: 'hush' };
  const key = { ELASTICSEARCH_API_KEY: base64('id:hush') };

  test.each([
    ['a user and password', { ...address, ...user }, `Basic ${base64('me:hush')}`],
    ['the same in the address', { ...written, ...user }, `Basic ${base64('me:hush')}`],
    [
      'that in the address, and half of it again',
      { ...written, ELASTICSEARCH_PASSWORD: 'hush' },
      `Basic ${base64('me:hush')}`,
    ],
    ['an encoded key', { ...address, ...key }, `ApiKey ${base64('id:hush')}`],
    ['a key with its id', { ...address, ELASTICSEARCH_API_KEY: 'id:hush' }, `ApiKey ${base64('id:hush')}`],
  ])('is %s', (_, env, header) => {
    expect(elasticsearch(env)?.login?.authorization()).toBe(header);
  });

  test('is that of its file, and then of the changed file', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'onsale-es-')), 'key');
    try {
      await writeFile(file, 'id:one\n');
      const login = elasticsearch({ ...address, ELASTICSEARCH_API_KEY_FILE: file })!.login!;
      expect(login.authorization()).toBe(`ApiKey ${base64('id:one')}`);
      await writeFile(file, 'id:two\n');
      await eventually(() => expect(login.authorization()).toBe(`ApiKey ${base64('id:two')}`));
    } finally {
      await rm(dirname(file), { recursive: true });
    }
  });

  const pair = 'ELASTICSEARCH_USERNAME, ELASTICSEARCH_PASSWORD';
  test.each([
    [`${pair}: set both, or neither`, { ...address, ELASTICSEARCH_USERNAME: 'me' }],
    [`${pair}: set both, or neither`, { ...address, ELASTICSEARCH_PASSWORD: 'hush' }],
    ['ELASTICSEARCH_USERNAME: must have no : in it', { ...address, ...user, ELASTICSEARCH_USERNAME: 'm:e' }],
    [`ELASTICSEARCH_API_KEY, ${pair}: set the key or the user`, { ...address, ...user, ...key }],
    [
      'ELASTICSEARCH_ADDR, ELASTICSEARCH_API_KEY: each is another login: write it in one of them',
      { ...written, ...key },
    ],
    [
      `ELASTICSEARCH_ADDR, ${pair}: each is another login: write it in one of them`,
      { ...written, ...user, ELASTICSEARCH_USERNAME: 'you' },
    ],
    ['ELASTICSEARCH_API_KEY=***: must have no blanks in it', { ...address, ELASTICSEARCH_API_KEY: 'hu sh' }],
  ])('is refused: %s', (why, env) => {
    expect(refusalOf(env)).toBe(why);
  });
});

describe('a cloud id', () => {
  test.each([
    ['europe-west1.gcp.cloud.es.io$abc$def', 'https://abc.europe-west1.gcp.cloud.es.io:443'],
    ['europe-west1.gcp.cloud.es.io:9243$abc$', 'https://abc.europe-west1.gcp.cloud.es.io:9243'],
    ['es.example$abc', 'https://abc.es.example:443'],
    ['es.example:9243$abc:9244$def:5601', 'https://abc.es.example:9244'],
  ])('with %s is %s', (host, node) => {
    expect(elasticsearch({ ELASTICSEARCH_CLOUD_ID: cloudId(host) })?.nodes).toEqual([node]);
  });

  test('is the variable to mend', () => {
    expect(elasticsearch({ ELASTIC_CLOUD_ID: cloudId('es.example$abc') })?.named).toBe('ELASTIC_CLOUD_ID');
  });

  test.each([
    ['https://es.example', 'must be a cloud id'],
    [base64('es.example$abc'), 'must be a cloud id'],
    [cloudId('es.example'), 'no host of Elasticsearch in it'],
    [cloudId('es.example$'), 'no host of Elasticsearch in it'],
    [cloudId('$abc$def'), 'no host of Elasticsearch in it'],
    [cloudId('es.example:99999$abc'), 'a port up to 65535'],
    [cloudId('es.example/hush$abc'), 'no host of Elasticsearch in it'],
  ])('%s is refused', (text, why) => {
    expect(refusal(elasticsearchVariables, 'ELASTIC_CLOUD_ID', text)).toContain(why);
  });

  test('is refused beside an address', () => {
    const both = { ELASTIC_CLOUD_ID: cloudId('es.example$abc'), ELASTICSEARCH_ADDR: 'https://a:1' };
    expect(refusalOf(both)).toBe('ELASTICSEARCH_ADDR, ELASTIC_CLOUD_ID: each names a cluster: set one of them');
  });
});

describe('TLS', () => {
  const https = { ELASTICSEARCH_ADDR: 'https://a:1' };
  const sha256 = 'aB'.repeat(32);
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });
  afterAll(() => certificates.remove());

  test.each([sha256, sha256.toUpperCase(), sha256.match(/../g)!.join(':')])('a fingerprint is %s', (text) => {
    const config = elasticsearch({ ...https, ELASTICSEARCH_CA_FINGERPRINT: text });
    expect(config?.tls?.fingerprint).toBe(sha256.toUpperCase());
  });

  test.each(['ab', `${sha256}ab`, sha256.replace('a', 'g')])('%s is no fingerprint', (text) => {
    expect(refusal(elasticsearchVariables, 'ELASTICSEARCH_CA_FINGERPRINT', text)).toContain('64 digits');
  });

  test('needs one authority, both of a pair, and https://', () => {
    const { ca, client } = certificates;
    const pin = { ELASTICSEARCH_CA_FINGERPRINT: sha256 };
    expect(refusalOf({ ...https, ...pin, ELASTICSEARCH_CA: ca })).toBe(
      'ELASTICSEARCH_CA, ELASTICSEARCH_CA_FINGERPRINT: each names an authority: set one of them',
    );
    expect(refusalOf({ ...https, ELASTICSEARCH_CERT: client.cert })).toBe(
      'ELASTICSEARCH_CERT, ELASTICSEARCH_KEY: set both, or neither',
    );
    expect(refusalOf({ ELASTICSEARCH_ADDR: 'http://a:1', ELASTICSEARCH_CA: ca })).toBe(
      'ELASTICSEARCH_CA: is for TLS: write https:// in ELASTICSEARCH_ADDR',
    );
    const all = { ELASTICSEARCH_CA: ca, ELASTICSEARCH_CERT: client.cert, ELASTICSEARCH_KEY: client.key };
    expect(elasticsearch({ ...https, ...all })?.tls?.cert?.path).toBe(client.cert);
  });
});

describe('ELASTICSEARCH_ADDR', () => {
  test.each([
    'http://a:1',
    'https://me:hu%2Fsh@a:1,https://me:hu%2Fsh@b:2',
    'http://[::1]:9200',
    'https://a/behind/a/proxy',
  ])('%s is taken as it is', (text) => {
    expect(readConfig(elasticsearchVariables, { ELASTICSEARCH_ADDR: text }).ELASTICSEARCH_ADDR).toEqual(
      text.split(','),
    );
  });

  test.each([
    ['a:9200', 'must be http://host:port or https://host:port'],
    ['ftp://a:1', 'must be http://host:port or https://host:port'],
    ['http://me@a:1', 'both a user and a password'],
    ['http://me:hush@a:1,http://b:2', 'must have the same user and password in each address'],
    ['http://me:hush@a:1,http://you:hush@b:2', 'must have the same user and password in each address'],
    ['https://me:hush@a:1,http://me:hush@b:2', 'must have the same protocol'],
    ['http://me:hu/hush@a:1', 'as %2F %3F %23 %2C %40'],
    ['http://me:1/hush@a:1', 'must have no / in its user and password'],
    ['http://a:1?key=hush', 'nothing behind ?'],
    ['http://a:1#hush', 'nothing behind #'],
    ['http://a:0', 'a port from 1 to 65535'],
    ['http://a:1\\hush@127.0.0.1:2', 'must have no \\ in it; in a user or password write %5C'],
    ['http://me:hu\\hush@a:1', 'must have no \\ in it; in a user or password write %5C'],
    ['http://me:hush@2130706433:1', 'an IP address in full'],
    ['http://0x7f.1:1', 'an IP address in full'],
    ['http://10.1:1', 'an IP address in full'],
    ['http://xn--a:1', 'a host’s name or IP address'],
    ['http://a:1;hush', 'must be host:port'],
    ['http://a:1,hush', 'address 2 of 2 must be http://host:port'],
  ])('%s is refused', (text, why) => {
    expect(refusal(elasticsearchVariables, 'ELASTICSEARCH_ADDR', text)).toContain(why);
  });
});
