import { describe, expect, test } from 'bun:test';
import { readConfig } from './environment.ts';
import { webConfig, webVariables } from './web.ts';

const read = (env: Record<string, string>) => webConfig(readConfig(webVariables, env));

describe('CORS_ORIGINS', () => {
  test('is none, every one, or a list', () => {
    expect(read({}).origins).toEqual([]);
    expect(read({ CORS_ORIGINS: '*' }).origins).toBe('*');
    expect(read({ CORS_ORIGINS: 'https://a.example, http://[::1]:3000' }).origins).toEqual([
      'https://a.example',
      'http://[::1]:3000',
    ]);
  });

  test.each([
    ['https://a.example/', 'https://a.example'],
    ['https://A.example', 'https://a.example'],
    ['https://a.example:443', 'https://a.example'],
    ['https://a.example/shop', 'https://a.example'],
    ['a.example', 'https://shop.example'],
    ['null', 'https://shop.example'],
    ['https://a.example,*', 'https://shop.example'],
    ['https://*.example', 'https://shop.example'],
    ['ftp://a.example', 'https://shop.example'],
    ['https://a.example,', 'https://shop.example'],
  ])('refuses %s, which no browser sends, and shows the form', (text, form) => {
    expect(() => read({ CORS_ORIGINS: text })).toThrow(
      `must have origins as browsers send them, such as ${form}, or be * alone`,
    );
  });
});

describe('TRUSTED_PROXIES', () => {
  test('are addresses and networks of both families', () => {
    expect(read({}).proxies).toBeUndefined();
    const { proxies } = read({ TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8, ::1' });
    const trusts = (address: string) => proxies?.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
    for (const one of ['10.1.2.3', '192.0.2.7', 'fd12::9', '::1']) expect([one, trusts(one)]).toEqual([one, true]);
    for (const one of ['11.0.0.1', '192.0.2.8', 'fe80::1', '::2']) expect([one, trusts(one)]).toEqual([one, false]);
  });

  test.each(['proxy.example', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '10.0.0', '*', '10.0.0.0/-1'])(
    'refuses %s',
    (text) => {
      expect(() => read({ TRUSTED_PROXIES: text })).toThrow('must have IP addresses or networks, such as 10.0.0.7');
    },
  );

  test.each(['0.0.0.0/0', '10.0.0.7,::/0'])('refuses %s, which is every address', (text) => {
    expect(() => read({ TRUSTED_PROXIES: text })).toThrow('must not be every address (/0)');
  });
});
