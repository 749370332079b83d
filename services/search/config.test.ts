import { describe, expect, test } from 'bun:test';
import { readConfig } from '../../shared/config/environment.ts';
import { refusal } from '../../shared/testing/refusal.ts';
import { elasticsearchConfig, elasticsearchVariables, kafkaConfig, kafkaVariables } from './config.ts';

const elasticsearch = (env: Record<string, string>) => elasticsearchConfig(readConfig(elasticsearchVariables, env));

test('Elasticsearch: none, or its nodes and an index', () => {
  expect(elasticsearch({})).toBeUndefined();
  const nodes = ['https://me:hush@a:1', 'https://me:hush@b:2'];
  expect(elasticsearch({ ELASTICSEARCH_ADDR: nodes.join(), ELASTICSEARCH_INDEX: 'mine' })).toEqual({
    nodes,
    index: 'mine',
  });
});

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
    ['SSL://a:1', 'asks for TLS or a login (SSL)'],
    ['PLAINTEXT://a:1,SASL_SSL://b:2', 'address 2 of 2 asks for TLS or a login (SASL_SSL)'],
    ['SASL_PLAINTEXT://seller:hush@a:1', 'asks for TLS or a login (SASL_PLAINTEXT)'],
    ['kafka+ssl://a:1', 'asks for TLS or a login'],
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
