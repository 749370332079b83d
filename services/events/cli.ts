import { parseArgs } from 'node:util';
import { seedDemo } from '../../drizzle/seed/demo.ts';
import { seedLarge } from '../../drizzle/seed/large.ts';
import { sleep } from '../../shared/async/clock.ts';
import { directly, postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { migrate, migrationStates } from '../../shared/db/migrate.ts';
import { inPostgres, inWords } from '../../shared/process/failures.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import type { Command, Env } from '../../shared/process/program.ts';
import { progressBar } from '../../shared/process/progress.ts';
import { importCommand } from './import-cli.ts';
import { organiserCommands } from './organiser-cli.ts';
import { plan } from './plan-cli.ts';

const lookEveryMs = 1000;

/** The commands of the events binary. */
export const commands: Record<string, Command> = {
  migrate: {
    usage: [
      ['migrate', 'bring the database to the newest schema; safe to run from several starters at once'],
      ['migrate wait', 'wait until every migration of this build is applied'],
      ['migrate status', 'list the migrations; exits with 1 if one is not applied'],
    ],
    run: runMigrate,
  },
  seed: {
    usage: [
      ['seed', 'load the demo events, once'],
      ['seed --events 100000 [--seats 20] [--random-seed 1]', 'load a large set, the same for the same random seed'],
    ],
    run: seed,
  },
  plan,
  import: importCommand,
  ...organiserCommands,
};

const database = (env: Env) => postgresConfig(readConfig(postgresVariables, env), 'onsale-tools');

async function runMigrate(args: string[], env: Env): Promise<void> {
  if (args.length === 1 && args[0] === 'status') return showMigrations(env);
  if (args.length === 1 && args[0] === 'wait') return waitForMigrations(env);
  if (args.length > 0) throw new UsageError(`events migrate takes nothing, status or wait; not ${args.join(' ')}`);
  const config = directly(database(env));
  const count = await inPostgres(config, () => migrate(config, { tell: console.log }));
  console.log(count === 0 ? 'The schema is up to date.' : `Applied ${count} migrations.`);
}

async function showMigrations(env: Env): Promise<void> {
  const config = directly(database(env));
  const states = await inPostgres(config, () => migrationStates(config));
  for (const { tag, isApplied } of states) console.log(`${tag}: ${isApplied ? 'applied' : 'not applied'}`);
  if (states.some(({ isApplied }) => !isApplied)) process.exitCode = 1;
}

/** For deployments that must not start before the schema is there; also waits for a database that is away. */
async function waitForMigrations(env: Env): Promise<void> {
  const config = directly(database(env));
  for (let said = ''; ; await sleep(lookEveryMs)) {
    const missing = await migrationStates(config).then(
      (states) => states.filter(({ isApplied }) => !isApplied).map(({ tag }) => `${tag} is not applied yet`),
      (error) => [inWords(error).split('\n')[0]!],
    );
    if (missing.length === 0) break;
    if (said !== missing[0]) console.log(missing[0]);
    said = missing[0]!;
  }
  console.log('The schema is up to date.');
}

async function seed(args: string[], env: Env): Promise<void> {
  const options = seedOptions(args);
  const config = database(env);
  const db = openDb(config, { max: 2, deadlineMs: 0 });
  const onProgress = progressBar(process.stderr);
  try {
    const summary = await inPostgres(config, () =>
      options ? seedLarge(db.sql, { ...options, onProgress }) : seedDemo(db.sql, { onProgress }),
    );
    console.log(
      'skipped' in summary && summary.skipped
        ? 'The demo events are there already.'
        : `Loaded ${summary.events} events with ${summary.tickets} tickets.`,
    );
  } finally {
    await db.close();
  }
}

function seedOptions(args: string[]) {
  const { values } = parseSeedArgs(args);
  if (values.events === undefined) return undefined;
  return {
    events: count('events', values.events),
    seatsPerEvent: count('seats', values.seats),
    randomSeed: count('random-seed', values['random-seed']),
  };
}

function parseSeedArgs(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        events: { type: 'string' },
        seats: { type: 'string', default: '20' },
        'random-seed': { type: 'string', default: '1' },
      },
    });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}. See events --help.`);
  }
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 10_000_000) {
    throw new UsageError(`--${name} must be a whole number from 1 to 10000000, not ${text}`);
  }
  return value;
}
