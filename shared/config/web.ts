import { BlockList, isIP } from 'node:net';
import { AddressError } from './addresses.ts';
import { address, type Values, v } from './environment.ts';

/** How a service meets browsers and proxies. */
export const webVariables = {
  CORS_ORIGINS: address(
    originsOf,
    '',
    'Origins whose pages a browser lets use the services, separated by commas, such as https://shop.example; * is every one, and empty none. `npm start` allows its own three',
  ),
  TRUSTED_PROXIES: address(
    networksOf,
    '',
    'Addresses and networks of the proxies in front, separated by commas, such as 10.0.0.0/8,fd00::/8: their X-Forwarded-For names the client. Empty: a client is who connects',
  ),
  SERVER_COMPRESS: v.flag(
    true,
    'Longer responses are compressed by zstd, br or gzip for those who accept it, shared ones once for all of their readers. `false` behind a proxy that does it',
  ),
};

export type WebConfig = {
  /** The origins that may use the service from a browser. */
  origins: '*' | readonly string[];
  /** Undefined where no proxy is trusted. */
  proxies: BlockList | undefined;
  compress: boolean;
};

/** Returns how a service meets browsers and proxies. */
export const webConfig = (values: Values<typeof webVariables>): WebConfig => ({
  origins: values.CORS_ORIGINS,
  proxies: values.TRUSTED_PROXIES,
  compress: values.SERVER_COMPRESS,
});

const partsOf = (text: string) => (text === '' ? [] : text.split(',').map((one) => one.trim()));

function originsOf(text: string): '*' | string[] {
  if (text === '*') return text;
  return partsOf(text).map((one) => {
    const origin = URL.parse(one)?.origin;
    if (origin === one && /^https?:[^*]+$/.test(one)) return one;
    const instead = origin && /^https?:[^*]+$/.test(origin) ? origin : 'https://shop.example';
    throw new AddressError(`must have origins as browsers send them, such as ${instead}, or be * alone`);
  });
}

function networksOf(text: string): BlockList | undefined {
  const networks = partsOf(text);
  if (networks.length === 0) return undefined;
  const list = new BlockList();
  for (const one of networks) {
    const [host = '', prefix] = one.split('/');
    const version = isIP(host);
    const bits = version === 4 ? 32 : 128;
    const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (version === 0 || !(length <= bits) || one.split('/').length > 2) {
      throw new AddressError('must have IP addresses or networks, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8');
    }
    if (length === 0) throw new AddressError('must not be every address (/0): then each client names its own');
    list.addSubnet(host, length, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
