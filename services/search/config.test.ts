import { describe, expect, test } from 'bun:test';
import { readConfig } from '../../shared/config/environment.ts';
import { refusal } from '../../shared/testing/refusal.ts';
import { kafkaConfig, kafkaVariables } from './config.ts';

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
