import { tlsTrouble } from '../../../../shared/config/tls.ts';
import { type AppError, causesOf, isAppError, Unfit, unavailable } from '../../../../shared/errors.ts';
import type { KafkaAccess } from '../../kafka-config.ts';
import { tokensOf } from './token-command.ts';

const names = {
  address: 'KAFKA_LISTENERS, and into advertised.listeners there',
  tls: 'KAFKA_SECURITY_PROTOCOL',
  ca: 'KAFKA_SSL_CA',
  cert: 'KAFKA_SSL_CERT',
};

/**
 * Returns the outage that an error means: `Unfit` with a sentence for operators, or `unavailable`. The `trouble` of a
 * connection may tell more, as kafkajs tries again until a deadline. `answered` are the kinds of requests that Kafka has
 * answered to this client.
 */
export function outageOf(
  [error, trouble]: [unknown, Error | undefined],
  access: KafkaAccess,
  answered: ReadonlySet<string>,
): AppError {
  if (isAppError(error, 'unavailable')) return error;
  const reason = reasonFor(error, access, answered) ?? reasonFor(trouble, access, answered) ?? tokenDelay(access.login);
  return reason ? new Unfit(reason, error) : unavailable('Kafka', error);
}

function reasonFor(error: unknown, access: KafkaAccess, answered: ReadonlySet<string>): string | undefined {
  return tlsTrouble('Kafka', error, names) ?? reasonOfKafka(causesOf(error), access, answered);
}

type Cause = Error & { code?: unknown; type?: unknown };

function reasonOfKafka(found: Cause[], { tls, login }: KafkaAccess, answered: ReadonlySet<string>): string | undefined {
  const token = found.find(({ code }) => code === 'KAFKA_TOKEN');
  if (token) return token.message;
  if (found.some(({ name }) => name === 'KafkaJSSASLAuthenticationError')) return refusedLogin(login);
  const type = found.map((one) => String(one.type ?? '')).find((one) => one in refusals);
  if (type) return refusals[type];
  if (found.some(({ message }) => message.includes('before secure TLS connection was established'))) return noTls;
  const isClosed = found.some(
    ({ name, code }) => name === 'KafkaJSConnectionClosedError' || /^(ECONNRESET|KAFKA_ENDED)$/.test(String(code)),
  );
  return isClosed ? refusedInSilence(answered, Boolean(tls), Boolean(login)) : undefined;
}

const tokenDelay = (login: KafkaAccess['login']) =>
  login?.mechanism === 'OAUTHBEARER' && typeof login.token === 'object'
    ? tokensOf(login.token.command).delay()?.message
    : undefined;

const noTls =
  'Kafka ends connections instead of agreeing on TLS: it is away behind a proxy, or speaks no TLS there (KAFKA_SECURITY_PROTOCOL)';

const refusedLogin = (login: KafkaAccess['login']) =>
  login?.mechanism === 'OAUTHBEARER'
    ? 'Kafka refuses the token of KAFKA_SASL_TOKEN_FILE or KAFKA_SASL_TOKEN_COMMAND'
    : 'Kafka refuses the user or the password: mend KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';

/** By the protocol's names of errors. */
const refusals: Record<string, string> = {
  UNSUPPORTED_SASL_MECHANISM: 'Kafka does not take this kind of login there: mend KAFKA_SASL_MECHANISM',
  ILLEGAL_SASL_STATE: 'Kafka takes no login there: mend KAFKA_SECURITY_PROTOCOL, or the port in KAFKA_LISTENERS',
  TOPIC_AUTHORIZATION_FAILED:
    'Kafka does not let its user do what is needed with a topic: allow READ, WRITE, CREATE and DESCRIBE on those that begin with KAFKA_TOPIC_PREFIX, and on the dead letters',
  GROUP_AUTHORIZATION_FAILED:
    'Kafka does not let its user read as this group: allow READ and DESCRIBE on those that begin with KAFKA_GROUP',
  CLUSTER_AUTHORIZATION_FAILED: 'Kafka does not let its user make topics: allow CREATE, or make them beforehand',
};

/** A listener that expects something else first ends the connection, and says nothing. */
function refusedInSilence(answered: ReadonlySet<string>, hasTls: boolean, hasLogin: boolean): string | undefined {
  const kinds = [...answered];
  if (kinds.length === 0) {
    return hasTls
      ? 'Kafka ends connections before its first answer: it is away behind a proxy, or asks for a certificate of this client (KAFKA_SSL_CERT)'
      : 'Kafka ends connections before its first answer: it is away behind a proxy, or asks for TLS (KAFKA_SECURITY_PROTOCOL=SSL or SASL_SSL)';
  }
  if (hasLogin || kinds.some((kind) => kind !== 'ApiVersions')) return undefined;
  return 'Kafka ends connections at the first question: does it ask for a login (KAFKA_SECURITY_PROTOCOL=SASL_SSL)?';
}
