import { expect, test } from 'bun:test';
import { readConfig } from '../../shared/config/environment.ts';
import { refusal } from '../../shared/testing/refusal.ts';
import { makeCertificates } from '../../tests/rig/certificates.ts';
import { connectAccess, connectVariables } from './connect-config.ts';

const access = (env: Record<string, string>) => connectAccess(readConfig(connectVariables, env));
const url = 'https://a:1/connect';

test('Kafka Connect: its address, and a login or none', () => {
  expect(access({ KAFKA_CONNECT_URL: url })).toEqual({ url, tls: {} });
  const user = { KAFKA_CONNECT_USERNAME: 'seller', KAFKA_CONNECT_PASSWORD: 'hush' };
  expect(access({ KAFKA_CONNECT_URL: url, ...user }).login).toEqual({ username: 'seller', password: 'hush' });
  expect(access({ KAFKA_CONNECT_URL: url, KAFKA_CONNECT_TOKEN: 'hush' }).login).toEqual({ token: 'hush' });
});

test.each([
  ['KAFKA_CONNECT_URL: give Kafka Connect’s address', {}],
  ['KAFKA_CONNECT_USERNAME, KAFKA_CONNECT_PASSWORD: set both, or neither', { KAFKA_CONNECT_USERNAME: 'seller' }],
  [
    'KAFKA_CONNECT_TOKEN, KAFKA_CONNECT_USERNAME: set a token, or a user and password',
    { KAFKA_CONNECT_TOKEN: 'hush', KAFKA_CONNECT_PASSWORD: 'hush' },
  ],
])('%s', (why, env) => {
  const given = Object.keys(env).length > 0 ? { KAFKA_CONNECT_URL: url, ...env } : {};
  expect(() => access(given)).toThrow(why);
});

test('an authority’s file needs https', async () => {
  const certificates = await makeCertificates();
  const told = () => access({ KAFKA_CONNECT_URL: 'http://a:1', KAFKA_CONNECT_CA: certificates.ca });
  expect(told).toThrow('KAFKA_CONNECT_URL, KAFKA_CONNECT_CA: http:// has no TLS: write https://');
  await certificates.remove();
});

test('an address with a password is refused', () => {
  expect(refusal(connectVariables, 'KAFKA_CONNECT_URL', 'http://me:hush@a:1')).toContain(
    'must have no user or password in it: write them into KAFKA_CONNECT_USERNAME and KAFKA_CONNECT_PASSWORD',
  );
});
