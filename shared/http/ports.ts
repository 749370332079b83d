import { lookup } from 'node:dns/promises';
import { connect, createServer, isIP } from 'node:net';
import type { Address } from '../config/environment.ts';

/** A port that takes no connection within this time counts as free. */
const patienceMs = 250;

/** The addresses of `localhost`: a client may reach a program on either of them. */
const loopbacks = ['127.0.0.1', '::1'];
const everywhere = ['0.0.0.0', '::'];

/**
 * Returns where another program listens that clients of `address` may reach: there, or at an address that stands for
 * it, such as `::1` for `127.0.0.1`. Returns undefined if there is none, or if `address` asks for any free port.
 */
export async function whereTaken({ host, port }: Address): Promise<string | undefined> {
  if (port === 0) return undefined;
  const own = isIP(host) ? [host] : await lookup(host, { all: true }).then((all) => all.map(({ address }) => address));
  const isLocal = own.some((one) => loopbacks.includes(one) || everywhere.includes(one));
  // In its own family, to listen fails by itself. A probe would take connections, and end them at once.
  const isOwnFamily = (one: string) => own.some((its) => isIP(its) === isIP(one));
  for (const one of new Set([...own, ...(isLocal ? loopbacks : [])])) {
    const isTaken = (!isOwnFamily(one) && (await isBound(one, port))) || (await takesConnections(one, port));
    if (isTaken) return isIP(one) === 6 ? `[${one}]` : one;
  }
  return undefined;
}

/** Other errors, such as a foreign address, come up when the server listens there. */
function isBound(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve('code' in error && error.code === 'EADDRINUSE'));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(false)));
  });
}

/** Some systems (macOS) allow to bind an address beside `0.0.0.0`, and one of the two then gets the connections. */
function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isTaken: boolean) => {
      socket.destroy();
      resolve(isTaken);
    };
    // A port that connects to itself has no listener.
    socket.once('connect', () => end(socket.localPort !== port));
    socket.once('error', () => end(false));
    socket.setTimeout(patienceMs, () => end(false));
  });
}
