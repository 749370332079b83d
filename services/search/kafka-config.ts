import { AddressError, eachOf, hostAndPort, type Parts, refuseMore, theOne } from '../../shared/config/addresses.ts';
import { ConfigError, checkAll } from '../../shared/config/config-error.ts';
import { address, type Secret, type Values, type Variable, v } from '../../shared/config/environment.ts';
import { checkPair, pemVariables, type TlsFiles } from '../../shared/config/tls.ts';

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
type Protocol = (typeof protocols)[number];

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;
type Mechanism = (typeof mechanisms)[number];

/** One of the words, or none. */
const wordOrNone = <const O extends string>(words: readonly O[], meaning: string): Variable<O | ''> =>
  v.matching(new RegExp(`^(${words.join('|')})?$`), `must be one of ${words.join(', ')}`, '', meaning) as Variable<
    O | ''
  >;

export const kafkaVariables = {
  KAFKA_LISTENERS: {
    ...address(
      (text) => (text === '' ? { brokers: [], protocol: '' as const } : brokersOf(text)),
      '',
      'Kafka 4 (host:port), several with commas: changes come through Debezium’s topics. Without it a process reads the database’s log itself',
    ),
    also: ['KAFKA_BROKERS', 'KAFKA_BOOTSTRAP_SERVERS'],
  },
  KAFKA_SECURITY_PROTOCOL: wordOrNone(
    protocols,
    'PLAINTEXT, SSL (TLS), SASL_PLAINTEXT (a login) or SASL_SSL (both); empty: what stands before :// in KAFKA_LISTENERS, else PLAINTEXT',
  ),
  KAFKA_SASL_MECHANISM: wordOrNone(
    mechanisms,
    'How the login is proved: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 by a user and password, OAUTHBEARER by a token',
  ),
  KAFKA_SASL_USERNAME: v.secret('', 'User or API key for Kafka'),
  KAFKA_SASL_PASSWORD: v.secret('', 'Password or API secret for Kafka, read anew at each connection'),
  KAFKA_SASL_TOKEN: v.secret(
    '',
    'Token for OAUTHBEARER, read anew at each connection; something else has to renew its file',
  ),
  KAFKA_SASL_TOKEN_COMMAND: {
    ...v.text(
      '',
      'Program that prints a token for OAUTHBEARER, and its arguments, with blanks between; no shell reads them. It is run again before a token’s end, and has 10 s',
    ),
    // A key may be among its arguments.
    shown: (text: string) => text.replace(/ .*/, ' ***'),
  },
  ...pemVariables('KAFKA_SSL', 'Kafka', {
    CA: ['KAFKA_SSL_CA_LOCATION'],
    CERT: ['KAFKA_SSL_CERTIFICATE_LOCATION'],
    KEY: ['KAFKA_SSL_KEY_LOCATION'],
  }),
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

/** How a client logs in. `command` is a program that prints a token, and its arguments. */
export type KafkaLogin =
  | { mechanism: Exclude<Mechanism, 'OAUTHBEARER'>; username: Secret; password: Secret }
  | { mechanism: 'OAUTHBEARER'; token: Secret | { command: string[] } };

/** Where Kafka is (host:port), and how a client is let in: over TLS if `tls` is there, by a login if `login` is. */
export type KafkaAccess = { brokers: string[]; tls?: TlsFiles; login?: KafkaLogin };

/** Kafka, and the names there: `slot` is the one in PostgreSQL that Debezium reads. */
export type KafkaConfig = KafkaAccess & {
  topicPrefix: string;
  group: string;
  slot: string;
  deadLettersTopic: string;
};

type KafkaValues = Values<typeof kafkaVariables>;

/**
 * Returns Kafka’s part of a service’s variables; undefined when there is none. Throws `ConfigError` for variables that
 * don't go together.
 */
export function kafkaConfig(values: KafkaValues): KafkaConfig | undefined {
  const { brokers } = values.KAFKA_LISTENERS;
  const topicPrefix = values.KAFKA_TOPIC_PREFIX;
  if (brokers.length === 0) return undefined;
  const isUsual = topicPrefix === 'pg';
  return {
    brokers,
    ...accessOf(values),
    topicPrefix,
    group: values.KAFKA_GROUP,
    slot: values.KAFKA_CONNECTOR_SLOT || connectorSlot(topicPrefix),
    deadLettersTopic: isUsual ? 'search.dead-letters' : `${topicPrefix}.search.dead-letters`,
  };
}

/** The slot that Debezium's connector reads, unless KAFKA_CONNECTOR_SLOT names one. */
export const connectorSlot = (topicPrefix: string) =>
  topicPrefix === 'pg' ? 'onsale_connect' : `onsale_connect_${topicPrefix.toLowerCase().replaceAll('-', '_')}`;

function accessOf(values: KafkaValues): Pick<KafkaAccess, 'tls' | 'login'> {
  const protocol = protocolOf(values);
  const tls = { ca: values.KAFKA_SSL_CA, cert: values.KAFKA_SSL_CERT, key: values.KAFKA_SSL_KEY };
  const [hasTls, hasLogin] = [protocol.endsWith('SSL'), protocol.startsWith('SASL')];
  checkAll([
    () =>
      hasTls || refuseSet(values, /^KAFKA_SSL_/, `${protocol} has no TLS: set KAFKA_SECURITY_PROTOCOL=SASL_SSL or SSL`),
    () =>
      hasLogin || refuseSet(values, /^KAFKA_SASL_/, `${protocol} has no login: set KAFKA_SECURITY_PROTOCOL=SASL_SSL`),
    () => checkPair(tls, { cert: 'KAFKA_SSL_CERT', key: 'KAFKA_SSL_KEY' }),
    () => hasLogin && loginOf(values),
  ]);
  return { ...(hasTls && { tls }), ...(hasLogin && { login: loginOf(values) }) };
}

function protocolOf({ KAFKA_LISTENERS: { protocol }, KAFKA_SECURITY_PROTOCOL: named }: KafkaValues): Protocol {
  if (protocol && named && protocol !== named) {
    throw new ConfigError([
      `KAFKA_LISTENERS, KAFKA_SECURITY_PROTOCOL: ${protocol}:// and ${named} are two protocols: write one of them`,
    ]);
  }
  return protocol || named || 'PLAINTEXT';
}

function loginOf(values: KafkaValues): KafkaLogin {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = values;
  const { KAFKA_SASL_TOKEN: token, KAFKA_SASL_TOKEN_COMMAND: command } = values;
  if (!mechanism) throw new ConfigError([`KAFKA_SASL_MECHANISM: set one of ${mechanisms.join(', ')}`]);
  if (mechanism === 'OAUTHBEARER') {
    refuseSet(values, /^KAFKA_SASL_(USERNAME|PASSWORD)$/, 'OAUTHBEARER takes a token instead');
    if (Boolean(token) === Boolean(command)) {
      throw new ConfigError([
        'KAFKA_SASL_TOKEN_FILE, KAFKA_SASL_TOKEN_COMMAND: OAUTHBEARER needs a token: set one of them',
      ]);
    }
    return { mechanism, token: token || { command: command.split(/ +/) } };
  }
  refuseSet(values, /^KAFKA_SASL_TOKEN/, `${mechanism} takes a user and password instead`);
  if (!username || !password) {
    throw new ConfigError([`KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD: ${mechanism} needs both: set them`]);
  }
  return { mechanism, username, password };
}

/** Throws `ConfigError` if any of these variables is set. */
function refuseSet(values: KafkaValues, names: RegExp, why: string): void {
  const set = Object.entries(values).filter(([name, value]) => names.test(name) && value);
  if (set.length > 0) throw new ConfigError([`${set.map(([name]) => name).join(', ')}: ${why}`]);
}

type Broker = { at: string; protocol: Protocol | '' };

function brokersOf(text: string): { brokers: string[]; protocol: Protocol | '' } {
  const brokers = eachOf(text, broker);
  const named = brokers.map(({ protocol }) => protocol).filter(Boolean);
  return { brokers: brokers.map(({ at }) => at), protocol: theOne(named, 'protocol') as Protocol | '' };
}

/** A broker as host:port, with its protocol before it or not. */
function broker(parts: Parts): Broker {
  const form = 'host:port, or one of PLAINTEXT://, SSL://, SASL_PLAINTEXT:// and SASL_SSL:// before it';
  const { user, password, host } = parts;
  const scheme = parts.scheme.toUpperCase();
  if (scheme !== '' && !protocols.includes(scheme as Protocol))
    throw new AddressError(`must not begin with ${scheme}://; write ${form}, as the broker is reached from here`);
  if (user || password)
    throw new AddressError(
      'must have no user or password: write them into KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
    );
  refuseMore(parts, form);
  // kafkajs takes an address apart at its first colon.
  if (host.includes(':'))
    throw new AddressError('must have a name or an IPv4 address: Kafka’s driver takes no IPv6 address');
  return { at: hostAndPort(parts, form), protocol: scheme as Protocol | '' };
}
