import { describe, expect, test } from 'bun:test';
import { readConfig } from '../../shared/config/environment.ts';
import { refusal } from '../../shared/testing/refusal.ts';
import { makeCertificates } from '../../tests/rig/certificates.ts';
import { kafkaConfig, kafkaVariables } from './kafka-config.ts';

const kafka = (env: Record<string, string>) => kafkaConfig(readConfig(kafkaVariables, env));

test('Kafka: platforms on one cluster have topics and slots of their own, unless a slot is named', () => {
  expect(kafka({ KAFKA_TOPIC_PREFIX: 'My-Own' })).toBeUndefined();
  const given = { KAFKA_LISTENERS: 'PLAINTEXT://a:1,b:2', KAFKA_GROUP: 'us' };
  const usual = { brokers: ['a:1', 'b:2'], topicPrefix: 'pg', group: 'us' };
  expect(kafka(given)).toEqual({ ...usual, slot: 'onsale_connect', deadLettersTopic: 'search.dead-letters' });
  expect(kafka({ ...given, KAFKA_TOPIC_PREFIX: 'My-Own-1' })).toEqual({
    ...usual,
    topicPrefix: 'My-Own-1',
    slot: 'onsale_connect_my_own_1',
    deadLettersTopic: 'My-Own-1.search.dead-letters',
  });
  expect(kafka({ ...given, KAFKA_CONNECTOR_SLOT: 'mine' })?.slot).toBe('mine');
});

describe('KAFKA_LISTENERS', () => {
  test('is taken as host:port, or with PLAINTEXT:// before it', () => {
    const text = 'a:1, PLAINTEXT://b:2,plaintext://c.example:3';
    const config = kafkaConfig(readConfig(kafkaVariables, { KAFKA_LISTENERS: text }));
    expect(config?.brokers).toEqual(['a:1', 'b:2', 'c.example:3']);
  });

  test.each([
    ['PLAINTEXT://a:1,SASL_SSL://b:2', 'must have the same protocol in each address'],
    ['SASL_PLAINTEXT://seller:hush@a:1', 'must have no user or password: write them into KAFKA_SASL_USERNAME'],
    ['kafka+ssl://a:1', 'must not begin with KAFKA+SSL://'],
    ['OUTSIDE://a:1', 'must not begin with OUTSIDE://'],
    ['PLAINTEXT://:9092', 'must name a host'],
    ['seller:hush@a:1', 'must have no user or password'],
    ['a:1/topic', 'must end with its port'],
    ['a:1?password=hush', 'nothing behind ?'],
    ['[::1]:1', 'takes no IPv6 address'],
    ['a:1\\hush', 'must have no \\ in it'],
    ['PLAINTEXT://a:1;hush', 'must be host:port'],
    ['a', 'must have a port'],
    ['a:99999', 'a port up to 65535'],
  ])('%s is refused', (text, why) => {
    expect(refusal(kafkaVariables, 'KAFKA_LISTENERS', text)).toContain(why);
  });
});

describe('access', () => {
  const at = { KAFKA_LISTENERS: 'a:1' };
  const user = { KAFKA_SASL_USERNAME: 'seller', KAFKA_SASL_PASSWORD: 'hush' };
  const scram = { ...at, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', ...user };
  const bearer = { ...at, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL', KAFKA_SASL_MECHANISM: 'OAUTHBEARER' };

  const access = (env: Record<string, string>) => {
    const { brokers, tls, login } = kafka(env)!;
    return { brokers, tls: Boolean(tls), login };
  };

  test('is by the protocol that either variable names, and by other names of the brokers', () => {
    const open = { brokers: ['a:1'], tls: false, login: undefined };
    expect(access({ KAFKA_BOOTSTRAP_SERVERS: 'a:1' })).toEqual(open);
    expect(access({ KAFKA_BROKERS: 'SSL://a:1' })).toEqual({ ...open, tls: true });
    expect(access({ ...at, KAFKA_SECURITY_PROTOCOL: 'SSL' })).toEqual({ ...open, tls: true });
    const login = { mechanism: 'SCRAM-SHA-512', username: 'seller', password: 'hush' } as const;
    expect(access(scram)).toEqual({ brokers: ['a:1'], tls: true, login });
    expect(access({ ...scram, KAFKA_LISTENERS: 'SASL_SSL://a:1,b:2' })).toEqual({
      brokers: ['a:1', 'b:2'],
      tls: true,
      login,
    });
    expect(access({ ...scram, KAFKA_SECURITY_PROTOCOL: 'SASL_PLAINTEXT' }).tls).toBe(false);
  });

  test('by OAUTHBEARER has a token, or a program with arguments', () => {
    expect(access({ ...bearer, KAFKA_SASL_TOKEN: 'a.b.c' }).login).toEqual({
      mechanism: 'OAUTHBEARER',
      token: 'a.b.c',
    });
    expect(access({ ...bearer, KAFKA_SASL_TOKEN_COMMAND: 'sign --region  eu-1' }).login).toEqual({
      mechanism: 'OAUTHBEARER',
      token: { command: ['sign', '--region', 'eu-1'] },
    });
  });

  test.each([
    ['KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: PLAINTEXT has no login', { ...at, ...user }],
    [
      'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: SSL has no login',
      { ...scram, KAFKA_SECURITY_PROTOCOL: 'SSL' },
    ],
    [
      'KAFKA_LISTENERS, KAFKA_SECURITY_PROTOCOL: SSL:// and SASL_SSL are two protocols',
      { ...scram, KAFKA_LISTENERS: 'SSL://a:1' },
    ],
    ['KAFKA_SASL_MECHANISM: set one of PLAIN, SCRAM-SHA-256', { ...scram, KAFKA_SASL_MECHANISM: '' }],
    ['KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: SCRAM-SHA-512 needs both', { ...scram, KAFKA_SASL_PASSWORD: '' }],
    ['KAFKA_SASL_TOKEN: SCRAM-SHA-512 takes a user and password', { ...scram, KAFKA_SASL_TOKEN: 'hush' }],
    ['KAFKA_SASL_MECHANISM=GSSAPI: must be one of PLAIN, SCRAM', { ...scram, KAFKA_SASL_MECHANISM: 'GSSAPI' }],
    ['KAFKA_SECURITY_PROTOCOL=TLS: must be one of PLAINTEXT, SSL', { ...at, KAFKA_SECURITY_PROTOCOL: 'TLS' }],
    ['KAFKA_SASL_TOKEN_FILE, KAFKA_SASL_TOKEN_COMMAND: OAUTHBEARER needs a token: set one of them', bearer],
    [
      'KAFKA_SASL_TOKEN_FILE, KAFKA_SASL_TOKEN_COMMAND: OAUTHBEARER needs a token',
      { ...bearer, KAFKA_SASL_TOKEN: 'hush', KAFKA_SASL_TOKEN_COMMAND: 'sign' },
    ],
    ['KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: OAUTHBEARER takes a token instead', { ...bearer, ...user }],
  ] as [string, Record<string, string>][])('is refused: %s', (why, env) => {
    expect(() => kafka(env)).toThrow(why);
    expect(() => kafka(env)).not.toThrow('hush');
  });

  test('by a certificate needs its key, and TLS', async () => {
    const certificates = await makeCertificates();
    try {
      const { ca, client, server } = certificates;
      const files = { KAFKA_SSL_CA: ca, KAFKA_SSL_CERT: client.cert, KAFKA_SSL_KEY: client.key };
      const { tls } = kafka({ KAFKA_LISTENERS: 'SSL://a:1', ...files })!;
      expect([tls?.ca?.path, tls?.cert?.path, tls?.key?.path]).toEqual([ca, client.cert, client.key]);
      const told = (env: Record<string, string>) => () => kafka({ KAFKA_LISTENERS: 'SSL://a:1', ...files, ...env });
      expect(told({ KAFKA_SSL_KEY: '' })).toThrow('KAFKA_SSL_CERT, KAFKA_SSL_KEY: set both, or neither');
      expect(told({ KAFKA_SSL_KEY: server.key })).toThrow('is not the key of the certificate in KAFKA_SSL_CERT');
      expect(told({ KAFKA_LISTENERS: 'a:1' })).toThrow(
        'PLAINTEXT has no TLS: set KAFKA_SECURITY_PROTOCOL=SASL_SSL or SSL',
      );
    } finally {
      await certificates.remove();
    }
  });
});
