// `npm run NAME` for the commands that run one file: installs what is missing, then runs the file on Bun.
import { refuseArguments } from './arguments.mjs';
import { ensureInstalled, run } from './bootstrap.mjs';

/** The file of each command, with arguments that always come first. `instead` says why it takes no others. */
const commands = {
  api: { file: ['scripts/api.ts'] },
  audit: { file: ['scripts/audit.ts'], instead: '' },
  bench: { file: ['tests/bench/main.ts'] },
  build: { file: ['scripts/build.ts'] },
  connector: { file: ['services/search/main.ts', 'connector'] },
  'fake:stripe': {
    file: ['tests/fake-stripe/main.ts'],
    instead: 'FAKE_STRIPE_PORT and STRIPE_WEBHOOK_URL set its port and who gets its webhooks.',
  },
  histories: { file: ['tests/histories/main.ts'] },
  load: { file: ['tests/load/main.ts'] },
  'load:smoke': { file: ['tests/load/smoke.ts'], instead: '' },
  relevance: { file: ['tests/relevance/main.ts'] },
  provenance: { file: ['scripts/provenance.ts'], instead: '' },
  soak: {
    file: ['tests/soak/main.ts'],
    instead: 'SOAK_SECONDS, SOAK_BUYERS, SOAK_PAYMENTS and SOAK_SEED set its size.',
    // Every buyer may have two requests under way.
    env: { BUN_CONFIG_MAX_HTTP_REQUESTS: '4096' },
  },
};

const [name, ...args] = process.argv.slice(2);
const command = commands[name];
if (!command) throw new Error(`scripts/launch.mjs has no command ${name}`);
if (command.instead !== undefined) refuseArguments(name, args, command.instead);
const bun = await ensureInstalled(console.log);
process.exitCode = await run(bun, [...command.file, ...args], { env: command.env });
