import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { testSecret } from '../../shared/testing/tokens.ts';
import { runProcess, startProcess } from '../../tests/rig/process.ts';

const command = [process.execPath, join(import.meta.dirname, 'main.ts')];

/** Nothing listens there: the logs of the start need no database. */
const env = { SERVER_ADDR: '127.0.0.1:0', POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: '1' };

async function saidAtStart(more: Record<string, string>): Promise<string> {
  const started = await startProcess(command, { ...env, ...more });
  await started.stop();
  return started.output();
}

describe('the booking service', () => {
  test('warns that authentication is off, once', async () => {
    expect((await saidAtStart({})).match(/"level":"warn".*AUTHENTICATION IS OFF/g)).toHaveLength(1);
  });

  test('does not warn when it checks tokens, also in production', async () => {
    const said = await saidAtStart({ SERVER_MODE: 'production', PAYMENTS: 'sandbox', AUTH_JWT_SECRET: testSecret });
    expect(said).not.toContain('NOBODY');
    expect(said).not.toContain(testSecret);
  });

  test.each([
    [{ PAYMENTS: 'sandbox' }, 'PAYMENTS=sandbox: seats are sold and no money is taken'],
    [{ STRIPE_SECRET_KEY: 'sk_test_1' }, 'STRIPE_SECRET_KEY is of test mode: seats are sold and no money is taken'],
    [{ STRIPE_SECRET_KEY: 'sk_live_1' }, undefined],
    [{ SERVER_MODE: 'development' }, undefined],
  ])('warns in production that it takes no money: %p', async (more, warning) => {
    const said = await saidAtStart({ SERVER_MODE: 'production', AUTH_JWT_SECRET: testSecret, ...more });
    expect(said.match(/[\w=]+( is of test mode)?: seats are sold and no money is taken/g) ?? []).toEqual(
      warning ? [warning] : [],
    );
  });

  test.each([
    ['in production without a key', { SERVER_MODE: 'production' }, 'SERVER_MODE=production: '],
    [
      'in production without a provider of payments',
      { SERVER_MODE: 'production', AUTH_JWT_SECRET: testSecret },
      'STRIPE_SECRET_KEY: must be set, for SERVER_MODE is production',
    ],
    [
      'with a key that is none of Stripe’s',
      { STRIPE_SECRET_KEY: 'pk_live_x' },
      'STRIPE_SECRET_KEY: must begin with sk_live_',
    ],
    [
      'with Stripe and without its key',
      { PAYMENTS: 'stripe' },
      'STRIPE_SECRET_KEY: must be set, for PAYMENTS is stripe',
    ],
    [
      'with two servers at one port',
      { SERVER_ADDR: '127.0.0.1:8081', METRICS_ADDR: ':8081' },
      'SERVER_ADDR, METRICS_ADDR: both name port 8081: give each a port of its own',
    ],
    [
      'with a secret of webhooks and no key',
      { STRIPE_WEBHOOK_SECRET: 'whsec_1' },
      'STRIPE_WEBHOOK_SECRET: is of no use without STRIPE_SECRET_KEY',
    ],
    [
      'with a secret of webhooks that is none',
      { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'we_1' },
      'STRIPE_WEBHOOK_SECRET: must begin with whsec_',
    ],
    ['with two keys', { AUTH_JWT_SECRET: testSecret, AUTH_JWKS_URL: 'http://login.example/jwks' }, 'not both'],
  ])('does not start %s, and `config` tells why', async (_, more, why) => {
    await expect(runProcess(command, { ...env, ...more })).rejects.toThrow(why);
    await expect(runProcess([...command, 'config'], { ...env, ...more })).rejects.toThrow(why);
  });

  test('reports everything that production lacks at once', async () => {
    const said = await runProcess([...command, 'config'], { ...env, SERVER_MODE: 'production' }).catch(String);
    expect(said).toMatch(/\n {2}SERVER_MODE=production: .*\n {2}STRIPE_SECRET_KEY: must be set/);
  });
});
