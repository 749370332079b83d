// `npm run fake:stripe`: what the tests have in Stripe's place, to try payments without an account.
import { ensureInstalled, run } from './bootstrap.mjs';

const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, ['services/booking/fake-stripe/main.ts']);
