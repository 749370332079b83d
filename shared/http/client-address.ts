import { type BlockList, isIP } from 'node:net';
import type { Context } from 'hono';
import type { Env } from './env.ts';

/**
 * Returns a function that finds the address of a request's client: who connects, or, where that is a trusted proxy, the
 * last in its X-Forwarded-For that is none. What stands before that one is the client's own word. `Forwarded` (RFC
 * 7239) is not read: a proxy that sets one of the two headers passes on the other as the client has sent it.
 */
export function clientAddress(proxies: BlockList | undefined): (c: Context<Env>) => string | undefined {
  const isTrusted = (address: string) => proxies?.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4') ?? false;
  return (c) => {
    let client = peerOf(c);
    if (client === undefined || !proxies) return client;
    const told = c.req.header('X-Forwarded-For')?.split(',') ?? [];
    while (isTrusted(client)) {
      const before = addressOf(told.pop());
      if (before === undefined) break;
      client = before;
    }
    return client;
  };
}

/** The address at the other end of the connection. */
function peerOf(c: Context<Env>): string | undefined {
  const connection = c.env;
  return addressOf(connection?.requestIP?.(c.req.raw)?.address ?? connection?.remoteAddr?.hostname);
}

/** Returns an IP address without a port, and one of IPv4 as such; undefined for any other text. */
function addressOf(text: string | undefined): string | undefined {
  const alone = text?.trim().replace(/^\[([^\]]*)\](:\d+)?$/, '$1') ?? '';
  const address = alone.replace(/^([\d.]+):\d+$/, '$1').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) ? address : undefined;
}

/** Returns the network that one client has to itself: an address of IPv4, a /64 of IPv6 (RFC 6177). */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, '')}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const groups = head.split(':').filter(Boolean);
  const behind = tail?.split(':').filter(Boolean) ?? [];
  while (groups.length + behind.length < 8) groups.push('0');
  return `${[...groups, ...behind].slice(0, 4).join(':')}::/64`;
}
