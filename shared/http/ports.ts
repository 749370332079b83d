import { lookup } from 'node:dns/promises';
import { connect, createServer, isIP } from 'node:net';
import type { Address } from '../config/environment.ts';

/** A program that takes no connection within this time is not heard by anybody there. */
const patienceMs = 250;

/** What `localhost` may mean: a program on one of them is found by some of those who look for one on the other. */
const loopbacks = ['127.0.0.1', '::1'];
const everywhere = ['0.0.0.0', '::'];

/**
 * Where another program listens that would share the clients of `address` with us: there, or at an address that a client
 * may reach instead, such as `::1` for `127.0.0.1`. Undefined if nobody does, or if any free port is asked for.
 */
export async function whereTaken({ host, port }: Address): Promise<string | undefined> {
  if (port === 0) return undefined;
  const own = isIP(host) ? [host] : await lookup(host, { all: true }).then((all) => all.map(({ address }) => address));
  const isLocal = own.some((one) => loopbacks.includes(one) || everywhere.includes(one));
  // In the own family the system itself tells when we listen. To try it beforehand would let connections in that end at once.
  const isOwnFamily = (one: string) => own.some((its) => isIP(its) === isIP(one));
  for (const one of new Set([...own, ...(isLocal ? loopbacks : [])])) {
    const isTaken = (!isOwnFamily(one) && (await isBound(one, port))) || (await takesConnections(one, port));
    if (isTaken) return isIP(one) === 6 ? `[${one}]` : one;
  }
  return undefined;
}

/** What else keeps us from an address, such as that it is not ours, is told when we listen there. */
function isBound(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve('code' in error && error.code === 'EADDRINUSE'));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(false)));
  });
}

/** Some systems (macOS) let an address be bound beside `0.0.0.0`, and one of the two then gets the connections. */
function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (isTaken: boolean) => {
      socket.destroy();
      resolve(isTaken);
    };
    // A connection from a port to itself is one that nobody listens to.
    socket.once('connect', () => end(socket.localPort !== port));
    socket.once('error', () => end(false));
    socket.setTimeout(patienceMs, () => end(false));
  });
}
