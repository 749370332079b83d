import { expect, test } from 'bun:test';
import type { Context } from 'hono';
import { readConfig } from '../config/environment.ts';
import { webConfig, webVariables } from '../config/web.ts';
import { clientAddress, networkOf } from './client-address.ts';
import type { Connection, Env } from './env.ts';

function found(peer: string | undefined, forwarded: string | undefined, proxies: string, runtime = 'Bun') {
  const { proxies: list } = webConfig(readConfig(webVariables, { TRUSTED_PROXIES: proxies }));
  const env: Connection =
    runtime === 'Bun'
      ? { requestIP: () => (peer === undefined ? null : { address: peer }) }
      : { remoteAddr: peer === undefined ? {} : { hostname: peer } };
  const header = (name: string) => (name === 'X-Forwarded-For' ? forwarded : undefined);
  return clientAddress(list)({ env, req: { raw: {}, header } } as unknown as Context<Env>);
}

const proxies = '10.0.0.0/8,fd00::/8';

test.each<[string, string | undefined, string | undefined, string]>([
  ['a client that connects itself', '192.0.2.1', undefined, '192.0.2.1'],
  ['a client that claims another address', '192.0.2.1', '203.0.113.9', '192.0.2.1'],
  ['a client behind a proxy', '10.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['a client behind two proxies', '10.0.0.1', '192.0.2.1, 10.0.0.2', '192.0.2.1'],
  ['a client behind a proxy that claims another address', '10.0.0.1', '203.0.113.9, 192.0.2.1', '192.0.2.1'],
  ['a client that claims to be a proxy', '10.0.0.1', '10.9.9.9, 192.0.2.1', '192.0.2.1'],
  ['a proxy that asks itself', '10.0.0.1', undefined, '10.0.0.1'],
  ['a chain of proxies alone', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ['a word in place of an address', '10.0.0.1', '192.0.2.1, unknown, 10.0.0.2', '10.0.0.2'],
  ['an entry with a port', '10.0.0.1', '192.0.2.1:4711', '192.0.2.1'],
  ['an entry of IPv6 with a port', 'fd00::1', '[2001:db8::7]:4711', '2001:db8::7'],
  ['an address of IPv4 in one of IPv6', '::ffff:10.0.0.1', '192.0.2.1', '192.0.2.1'],
  ['empty entries', '10.0.0.1', '', '10.0.0.1'],
])('%s has its address', (_, peer, forwarded, expected) => {
  for (const runtime of ['Bun', 'Deno']) expect(found(peer, forwarded, proxies, runtime)).toBe(expected);
});

test('without TRUSTED_PROXIES nobody is believed', () => {
  expect(found('10.0.0.1', '192.0.2.1', '')).toBe('10.0.0.1');
});

test('a connection without an address has none', () => {
  for (const runtime of ['Bun', 'Deno']) expect(found(undefined, '192.0.2.1', proxies, runtime)).toBeUndefined();
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
