import { createConnection } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector } from 'ioredis';
import { sleep } from '../async/clock.ts';
import { textOf } from '../config/environment.ts';
import type { RedisConfig, RedisTls } from '../config/redis.ts';
import { tlsOptions } from '../config/tls.ts';
import { askSentinel, SentinelError } from './sentinel.ts';
import { type Address, isWordless, SpeaksOther, speaks } from './speaks.ts';

/** A short constant pause: the client must reconnect as soon as the server is back, not after a grown backoff. */
export const reconnectMs = 100;

/** The pause between two looks at what a server speaks that does not understand us. */
const lookAgainMs = 1000;

/** The driver's options of a connection; all of its copies get them. */
type Options = Partial<Address> & { password?: string; disconnectTimeout?: number };

type Target = Pick<RedisConfig, 'password' | 'tls' | 'sentinel'>;

/**
 * Returns the class with which the driver makes its sockets. Each new one has the password and the certificates of now,
 * and leads to the address in the driver's options, or to the primary that Sentinel names. `tell` hears of errors that
 * the driver drops, or can't know.
 */
export function connectorTo({ password, tls, sentinel }: Target, tell: (error: Error) => void) {
  const other = tls ? 'plain' : 'tls';
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isOther = false;
  /** Of several Sentinels, the one that said it last is asked first. */
  let asked = 0;
  const forSentinel =
    sentinel && connectorTo({ password: sentinel.password, tls }, (error) => tell(new SentinelError(error)));

  /** Some say nothing to a client that speaks otherwise, and some end its connection. */
  async function look(at: Address): Promise<void> {
    if (performance.now() - lookedAt > lookAgainMs) {
      lookedAt = performance.now();
      isOther = await speaks(other, at);
    }
    if (isOther) tell(new SpeaksOther(other));
  }

  return class extends AbstractConnector {
    readonly #options: Options;

    constructor(given: unknown) {
      const options = given as Options;
      super(options.disconnectTimeout ?? 0);
      this.#options = options;
      // The driver reads it at each connection.
      if (password) Object.defineProperty(options, 'password', { get: () => textOf(password), enumerable: true });
    }

    /** Sentinel may name a primary that is one no more. */
    override check(info: { role?: string }): boolean {
      const isRight = !sentinel || !info.role || info.role === 'master';
      if (!isRight) asked++;
      return isRight;
    }

    /** Tries without end, for the driver would never try again. */
    async connect() {
      this.connecting = true;
      for (;;) {
        try {
          const at = await this.#place();
          if (this.connecting) return this.#open(at);
        } catch (error) {
          tell(error as Error);
        }
        if (this.connecting) await sleep(reconnectMs);
        if (!this.connecting) throw new Error('Connection is closed.');
      }
    }

    async #place(): Promise<Address> {
      if (!sentinel) return this.#options as Address;
      const { nodes, master, username } = sentinel;
      const options = { Connector: forSentinel, ...(username && { username }), ...(tls && { tls: {} }) };
      try {
        return await askSentinel(addressOf(nodes[asked % nodes.length]!), master, options);
      } catch (error) {
        asked++;
        throw error;
      }
    }

    #open({ host, port }: Address) {
      const socket = tls ? connectTls({ host, port, ...optionsOfNow(tls) }) : createConnection({ host, port });
      let isSecure = false;
      let failed: Error | undefined;
      if (tls) socket.once('secureConnect', () => (isSecure = true));
      // For as long as there is a socket: the driver hears one error, and on Deno a second one would end the process.
      socket.on('error', (error) => {
        this.firstError = error;
        failed = error;
        tell(error);
      });
      socket.once('close', () => {
        const saidNothing = tls ? !isSecure : socket.bytesRead === 0;
        if (saidNothing && isWordless(failed)) void look({ host, port });
      });
      this.stream = socket;
      return socket;
    }
  };
}

const optionsOfNow = (tls: RedisTls) => ({ ...tlsOptions(tls), ...(tls.serverName && { servername: tls.serverName }) });

/** Returns the parts of host:port. */
export function addressOf(node: string): Address {
  const colon = node.lastIndexOf(':');
  return { host: node.slice(0, colon).replace(/[[\]]/g, ''), port: Number(node.slice(colon + 1)) };
}
