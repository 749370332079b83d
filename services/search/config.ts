import { AddressError, eachOf, hostAndPort, type Parts, refuseMore } from '../../shared/config/addresses.ts';
import { address, type Values, v } from '../../shared/config/environment.ts';

export const kafkaVariables = {
  KAFKA_LISTENERS: address(
    (text) => (text === '' ? [] : eachOf(text, broker)),
    '',
    'Kafka 4 (host:port), several with commas: changes come through Debezium’s topics. Without it a process reads the database’s log itself',
  ),
  KAFKA_TOPIC_PREFIX: v.matching(
    // The slot's name has it behind "onsale_connect_", and at most 63 characters.
    /^[A-Za-z0-9_-]{1,48}$/,
    'must be up to 48 letters, digits, - and _',
    'pg',
    'First part of the names of Debezium’s topics (pg.public.events); each platform on one cluster needs its own',
  ),
  KAFKA_GROUP: v.text('onsale-search', 'Consumer group of the processes that keep one index'),
  KAFKA_CONNECTOR_SLOT: v.matching(
    /^[a-z0-9_]{0,63}$/,
    'must be up to 63 small letters, digits and _',
    '',
    'Replication slot of the connector; empty: `onsale_connect`, with the topic prefix behind it if that is not pg',
  ),
};

/** Where Kafka is (host:port), and the names there: `slot` is the one in PostgreSQL that Debezium reads. */
export type KafkaConfig = {
  brokers: string[];
  topicPrefix: string;
  group: string;
  slot: string;
  deadLettersTopic: string;
};

/** Kafka’s part of a service’s variables; undefined when there is none. */
export function kafkaConfig(values: Values<typeof kafkaVariables>): KafkaConfig | undefined {
  const brokers = values.KAFKA_LISTENERS;
  const topicPrefix = values.KAFKA_TOPIC_PREFIX;
  if (brokers.length === 0) return undefined;
  const isUsual = topicPrefix === 'pg';
  return {
    brokers,
    topicPrefix,
    group: values.KAFKA_GROUP,
    slot: values.KAFKA_CONNECTOR_SLOT || connectorSlot(topicPrefix),
    deadLettersTopic: isUsual ? 'search.dead-letters' : `${topicPrefix}.search.dead-letters`,
  };
}

/** The slot that Debezium's connector reads, unless KAFKA_CONNECTOR_SLOT names one. */
export const connectorSlot = (topicPrefix: string) =>
  topicPrefix === 'pg' ? 'onsale_connect' : `onsale_connect_${topicPrefix.toLowerCase().replaceAll('-', '_')}`;

/** A broker as host:port, with PLAINTEXT:// before it or not. */
function broker(parts: Parts): string {
  const form = 'host:port or PLAINTEXT://host:port';
  const { scheme, user, password, host } = parts;
  if (/ssl|sasl/.test(scheme)) {
    throw new AddressError(
      `asks for TLS or a login (${scheme.toUpperCase()}), which Onsale does not speak to Kafka; write ${form}`,
    );
  }
  if (scheme !== '' && scheme !== 'plaintext') {
    throw new AddressError(
      `must not begin with ${scheme.toUpperCase()}://; write ${form}, as the broker is reached from here`,
    );
  }
  if (user || password)
    throw new AddressError(`must have no user or password: there is no login to Kafka; write ${form}`);
  refuseMore(parts, form);
  // kafkajs takes an address apart at its first colon.
  if (host.includes(':'))
    throw new AddressError('must have a name or an IPv4 address: Kafka’s driver takes no IPv6 address');
  return hostAndPort(parts, form);
}
