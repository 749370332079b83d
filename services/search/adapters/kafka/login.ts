import type { Mechanism, KafkaConfig as Options } from 'kafkajs';
import { textOf } from '../../../../shared/config/environment.ts';
import type { KafkaLogin } from '../../kafka-config.ts';
import { TokenError, tokensOf } from './token-command.ts';

type Sasl = NonNullable<Options['sasl']>;
type Bearer = KafkaLogin & { mechanism: 'OAUTHBEARER' };

/** Returns kafkajs' options for a login. Secrets are read whenever a connection logs in. */
export function saslOf(login: KafkaLogin): Sasl {
  if (login.mechanism === 'OAUTHBEARER') return bearer(login.token);
  const { mechanism, username, password } = login;
  return {
    mechanism: mechanism.toLowerCase(),
    get username() {
      return textOf(username);
    },
    get password() {
      return textOf(password);
    },
  } as Sasl;
}

/**
 * OAUTHBEARER (RFC 7628). That of kafkajs does not read the server's response: it takes a token that is refused for a
 * login, and the connection ends at the next request.
 */
const bearer = (from: Bearer['token']): Mechanism => ({
  mechanism: 'oauthbearer',
  authenticationProvider: ({ saslAuthenticate }) => ({
    async authenticate() {
      const token = await tokenOf(from);
      const request = framed(`n,,\x01auth=Bearer ${token}\x01\x01`);
      const refusal = await saslAuthenticate({ request: { encode: () => request }, response: unframed });
      if (!refusal) return;
      if (typeof from === 'object') tokensOf(from.command).drop(token);
      throw new TokenError(`Kafka refuses the token of ${nameOf(from)}`, String(refusal).slice(0, 500));
    },
  }),
});

const nameOf = (from: Bearer['token']) =>
  typeof from === 'object' ? 'KAFKA_SASL_TOKEN_COMMAND' : 'KAFKA_SASL_TOKEN_FILE';

async function tokenOf(from: Bearer['token']): Promise<string> {
  if (typeof from === 'object') return tokensOf(from.command).token();
  const token = textOf(from).trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new TokenError('KAFKA_SASL_TOKEN_FILE must hold a token, and nothing else');
  return token;
}

function framed(text: string): Buffer {
  const bytes = Buffer.from(text);
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
}

const unframed = {
  decode: (bytes: Buffer) => bytes.subarray(4),
  parse: (bytes: Buffer) => bytes.toString(),
};
