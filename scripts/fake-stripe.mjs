// `npm run fake:stripe`: what the tests have in Stripe's place, to try payments without an account.
import { refuseArguments } from './arguments.mjs';
import { ensureInstalled, run } from './bootstrap.mjs';

refuseArguments('fake:stripe', 'FAKE_STRIPE_PORT and STRIPE_WEBHOOK_URL say where it listens and tells.');
const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, ['services/booking/fake-stripe/main.ts']);
