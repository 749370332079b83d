import { randomInt } from 'node:crypto';
import { readConfig, v } from '../../shared/config/environment.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';

const variables = {
  SOAK_SECONDS: v.integer(60, 1, 86_400, 'How long the buyers buy'),
  SOAK_BUYERS: v.integer(300, 1, 2000, 'How many there are at a time'),
  SOAK_PAYMENTS: v.oneOf(['sandbox', 'stripe'], 'sandbox', 'Who takes the money: the sandbox, or the fake of Stripe'),
  SOAK_SEED: v.text('', 'Of all choices, a whole number; empty: a new one'),
};

/** The addresses of the real servers, and the command that stops and starts them; as for `npm run test:stack`. */
const needed = ['POSTGRES_HOST', 'POSTGRES_PORT', 'POSTGRES_USER', 'POSTGRES_PASSWORD', 'REDIS_ADDR', 'STACK_CONTROL'];

/** Short times, so that holds end within the run, during other requests. */
export const holdMs = 5000;

export type Settings = { seconds: number; buyers: number; seed: number; payments: 'sandbox' | 'stripe' };

export function settingsFrom(env: Record<string, string | undefined>): Settings {
  const missing = needed.filter((name) => !env[name]);
  if (missing.length > 0)
    throw new UsageError(`Name the real servers in the environment; missing: ${missing.join(', ')}`);
  const config = readConfig(variables, env);
  const { SOAK_SECONDS: seconds, SOAK_BUYERS: buyers, SOAK_SEED: seed, SOAK_PAYMENTS: payments } = config;
  if (!/^\d{0,15}$/.test(seed)) throw new UsageError(`SOAK_SEED is a whole number, not ${seed}`);
  return { seconds, buyers, payments, seed: seed === '' ? randomInt(2 ** 32) : Number(seed) };
}
