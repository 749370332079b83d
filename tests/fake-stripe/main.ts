import { readConfig, textOf, v } from '../../shared/config/environment.ts';
import { ListenError, runUntilSignalled } from '../../shared/process/lifecycle.ts';
import { startFakeStripe } from './start.ts';

export const variables = {
  FAKE_STRIPE_PORT: v.integer(0, 0, 65_535, 'Where the fake of Stripe listens, at 127.0.0.1; 0 takes any free port'),
  STRIPE_WEBHOOK_URL: v.url('Where the fake of Stripe sends its webhooks; empty is nowhere', {
    example: 'http://127.0.0.1:8081/webhooks/stripe',
  }),
  STRIPE_WEBHOOK_SECRET: v.secret('whsec_fake', 'What the fake of Stripe signs its webhooks with'),
};

async function start() {
  const { FAKE_STRIPE_PORT: port, STRIPE_WEBHOOK_URL, STRIPE_WEBHOOK_SECRET } = readConfig(variables, process.env);
  const webhook = STRIPE_WEBHOOK_URL ? { url: STRIPE_WEBHOOK_URL, secret: textOf(STRIPE_WEBHOOK_SECRET) } : undefined;
  const fake = await startFakeStripe({ port, ...(webhook && { webhook }) }).catch((error) => {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!isTaken) throw error;
    throw new ListenError(
      `Port ${port} is taken by another program. Stop it, or set FAKE_STRIPE_PORT to another port.`,
    );
  });
  console.log(`STRIPE_API_BASE=${fake.base}`);
  return { stop: fake.close };
}

if (import.meta.main) await runUntilSignalled(start);
