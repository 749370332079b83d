import { ConfigError, checkAll } from '../../shared/config/config-error.ts';
import { type Secret, type Values, v } from '../../shared/config/environment.ts';
import { checkPair, pemVariables, type TlsFiles } from '../../shared/config/tls.ts';

export const connectVariables = {
  KAFKA_CONNECT_URL: v.url('Kafka Connect, http://host:port or https://host:port', {
    login: 'KAFKA_CONNECT_USERNAME and KAFKA_CONNECT_PASSWORD',
  }),
  KAFKA_CONNECT_USERNAME: v.secret('', 'User for Kafka Connect (basic authentication)'),
  KAFKA_CONNECT_PASSWORD: v.secret('', 'Password for Kafka Connect'),
  KAFKA_CONNECT_TOKEN: v.secret('', 'Token for Kafka Connect (bearer), instead of a user and password'),
  ...pemVariables('KAFKA_CONNECT', 'Kafka Connect'),
};

/** Where Kafka Connect is, and how a client is let in. */
export type ConnectAccess = {
  url: string;
  tls: TlsFiles;
  login?: { username: Secret; password: Secret } | { token: Secret };
};

/** Returns how Kafka Connect is reached. Throws `ConfigError` for variables that are missing or don't go together. */
export function connectAccess(values: Values<typeof connectVariables>): ConnectAccess {
  const { KAFKA_CONNECT_URL: url, KAFKA_CONNECT_CA: ca, KAFKA_CONNECT_CERT: cert, KAFKA_CONNECT_KEY: key } = values;
  if (!url) throw new ConfigError(['KAFKA_CONNECT_URL: give Kafka Connect’s address, http://host:port']);
  const tls = { ca, cert, key };
  checkAll([
    () => checkPair(tls, { cert: 'KAFKA_CONNECT_CERT', key: 'KAFKA_CONNECT_KEY' }),
    () => checkTls(url, tls),
    () => loginOf(values),
  ]);
  const login = loginOf(values);
  return { url, tls, ...(login && { login }) };
}

function checkTls(url: string, { ca, cert }: TlsFiles): void {
  if (url.startsWith('https:') || !(ca || cert)) return;
  const name = ca ? 'KAFKA_CONNECT_CA' : 'KAFKA_CONNECT_CERT';
  throw new ConfigError([`KAFKA_CONNECT_URL, ${name}: http:// has no TLS: write https://`]);
}

function loginOf(values: Values<typeof connectVariables>): ConnectAccess['login'] {
  const { KAFKA_CONNECT_USERNAME: username, KAFKA_CONNECT_PASSWORD: password, KAFKA_CONNECT_TOKEN: token } = values;
  if (token && (username || password)) {
    throw new ConfigError(['KAFKA_CONNECT_TOKEN, KAFKA_CONNECT_USERNAME: set a token, or a user and password']);
  }
  if (Boolean(username) !== Boolean(password)) {
    throw new ConfigError(['KAFKA_CONNECT_USERNAME, KAFKA_CONNECT_PASSWORD: set both, or neither']);
  }
  return token ? { token } : username ? { username, password } : undefined;
}
