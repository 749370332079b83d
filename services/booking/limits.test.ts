import { expect, test } from 'bun:test';
import { readBookingConfig, writeLimitConfig } from './config.ts';

const limits = (env: Record<string, string>) => writeLimitConfig(readBookingConfig(env));

test('writes are not limited unless a variable says so', () => {
  expect(limits({})).toEqual({ perUser: undefined, perAddress: undefined, windowS: 60 });
  expect(limits({ RATE_LIMIT_WRITES_PER_ADDRESS: '30', RATE_LIMIT_WINDOW: '1500ms' })).toEqual({
    perUser: undefined,
    perAddress: 30,
    windowS: 2,
  });
});

test('a limit by users needs tokens', () => {
  const env = { RATE_LIMIT_WRITES_PER_USER: '30' };
  expect(() => readBookingConfig(env)).toThrow(
    'RATE_LIMIT_WRITES_PER_USER: needs AUTH_JWKS_URL or AUTH_JWT_SECRET: without a token anybody may name any user',
  );
  expect(limits({ ...env, AUTH_JWT_SECRET: 'x'.repeat(32) }).perUser).toBe(30);
});

test('a limit’s time leaves a refused buyer enough of their hold to pay', () => {
  const env = { RATE_LIMIT_WRITES_PER_ADDRESS: '30', TICKET_LOCK_TTL_SECONDS: '120' };
  expect(limits({ ...env, RATE_LIMIT_WINDOW: '60s' }).windowS).toBe(60);
  expect(() => limits({ ...env, RATE_LIMIT_WINDOW: '61s' })).toThrow('RATE_LIMIT_WINDOW: must be at most half of');
  expect(limits({ TICKET_LOCK_TTL_SECONDS: '5' }).perAddress).toBeUndefined();
});
