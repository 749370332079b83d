import { describe, expect, test } from 'bun:test';
import { serverVariables } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { authConfig, authVariables } from './config.ts';

const read = (env: Record<string, string>) => authConfig(readConfig({ ...serverVariables, ...authVariables }, env));

const url = 'https://login.example/jwks';
const secret = 'x'.repeat(32);

describe('the configuration of tokens', () => {
  test('a key set or a secret, and the required claims', () => {
    expect(read({ AUTH_JWKS_URL: url })).toEqual({ keys: { url } });
    const claims = { AUTH_JWT_ISSUER: 'me', AUTH_JWT_AUDIENCE: 'you' };
    expect(read({ AUTH_JWT_SECRET: secret, ...claims })).toEqual({ keys: { secret }, issuer: 'me', audience: 'you' });
  });

  test('no keys: authentication is off, but not in production', () => {
    expect(read({})).toBeUndefined();
    expect(() => read({ SERVER_MODE: 'production' })).toThrow('set AUTH_JWKS_URL');
    expect(read({ SERVER_MODE: 'production', AUTH_JWT_SECRET: secret })).toBeDefined();
  });

  test('contradicting variables are refused', () => {
    expect(() => read({ AUTH_JWKS_URL: url, AUTH_JWT_SECRET: secret })).toThrow('not both');
    expect(() => read({ AUTH_JWT_ISSUER: 'me' })).toThrow('no token is checked');
  });

  test('a secret that could be guessed is refused, and not shown', () => {
    expect(() => read({ AUTH_JWT_SECRET: 'x'.repeat(31) })).toThrow('AUTH_JWT_SECRET=***: must have at least 32 bytes');
    expect(read({ AUTH_JWT_SECRET: 'ü'.repeat(16) })).toBeDefined();
  });

  test('a key set is at an http(s) address', () => {
    expect(() => read({ AUTH_JWKS_URL: 'file:///keys' })).toThrow('AUTH_JWKS_URL');
  });
});
