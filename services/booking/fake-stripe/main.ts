import { readConfig, v } from '../../../shared/environment.ts';
import { runUntilSignalled } from '../../../shared/lifecycle.ts';
import { startFakeStripe } from './start.ts';

const variables = {
  FAKE_STRIPE_PORT: v.integer(0, 0, 65_535, 'Where it listens; 0 takes any free port'),
  STRIPE_WEBHOOK_URL: v.url('Where events go; empty is nowhere'),
  STRIPE_WEBHOOK_SECRET: v.secret('whsec_fake', 'What events are signed with'),
};

await runUntilSignalled(async () => {
  const { FAKE_STRIPE_PORT, STRIPE_WEBHOOK_URL, STRIPE_WEBHOOK_SECRET } = readConfig(variables, process.env);
  const webhook = STRIPE_WEBHOOK_URL ? { url: STRIPE_WEBHOOK_URL, secret: STRIPE_WEBHOOK_SECRET } : undefined;
  const fake = await startFakeStripe({ port: FAKE_STRIPE_PORT, ...(webhook && { webhook }) });
  console.log(`STRIPE_API_BASE=${fake.base}`);
  return { stop: fake.close };
});
