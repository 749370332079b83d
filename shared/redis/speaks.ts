import { createConnection } from 'node:net';
import { connect as connectTls } from 'node:tls';

export type Address = { host: string; port: number };

const patienceMs = 500;

/** Resolves to whether the server at this address speaks Redis' protocol in plain, or TLS. It learns no secret. */
export function speaks(what: 'plain' | 'tls', { host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (does: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(does);
    };
    const timer = setTimeout(end, patienceMs, false);
    // Its certificate is looked at by the connection that is in use.
    const socket =
      what === 'tls' ? connectTls({ host, port, rejectUnauthorized: false }) : createConnection({ host, port });
    if (what === 'tls') socket.once('secureConnect', () => end(true));
    else {
      socket.once('connect', () => socket.write('PING\r\n'));
      socket.once('data', (said: Uint8Array) => end(/^[+-]/.test(String(said))));
    }
    socket.on('error', () => end(false)).once('close', () => end(false));
  });
}

/** Returns whether a connection that ended so tells nothing of why. */
export const isWordless = (error: Error | undefined): boolean =>
  !error || !('code' in error) || wordless.has(error.code);

const wordless = new Set<unknown>(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** A server speaks TLS to a client that does not, or the other way round. */
export class SpeaksOther extends Error {
  readonly speaks: 'tls' | 'plain';

  constructor(what: 'tls' | 'plain') {
    super(what === 'tls' ? 'the server speaks TLS' : 'the server speaks no TLS');
    this.speaks = what;
  }
}
