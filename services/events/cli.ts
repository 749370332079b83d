import { parseArgs } from 'node:util';
import { seedDemo } from '../../drizzle/seed/demo.ts';
import { seedLarge } from '../../drizzle/seed/large.ts';
import { postgresConfig, postgresVariables, readConfig } from '../../shared/config.ts';
import { openDb } from '../../shared/db/client.ts';
import { migrate } from '../../shared/db/migrate.ts';
import { UsageError } from '../../shared/lifecycle.ts';
import { progressBar } from '../../shared/progress.ts';

const usage = `Usage:
  events                      serve
  events migrate              bring the database to the newest schema
  events seed                 load the demo events, once
  events seed --events 100000 [--seats 20] [--random-seed 1]
                              load a large set, the same for the same random seed
`;

type Env = Record<string, string | undefined>;

/** The work that the arguments ask for; undefined to serve. Throws `UsageError`. */
export function command(args: string[], env: Env): (() => Promise<void>) | undefined {
  const [name, ...rest] = args;
  if (name === undefined || name === 'serve') return undefined;
  if (name === 'migrate') return () => runMigrations(env);
  if (name === 'seed') return () => seed(rest, env);
  if (name === '--help' || name === 'help') return async () => console.log(usage);
  return async () => {
    throw new UsageError(`Unknown command ${name}.\n${usage}`);
  };
}

const database = (env: Env) => postgresConfig(readConfig(postgresVariables, env), 'onsale-tools');

async function runMigrations(env: Env): Promise<void> {
  const count = await migrate(database(env));
  console.log(count === 0 ? 'The schema is up to date.' : `Applied ${count} migrations.`);
}

async function seed(args: string[], env: Env): Promise<void> {
  const options = seedOptions(args);
  const db = openDb(database(env), { max: 2, deadlineMs: 0 });
  const onProgress = progressBar(process.stderr);
  try {
    const summary = options
      ? await seedLarge(db.sql, { ...options, onProgress })
      : await seedDemo(db.sql, { onProgress });
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
    throw new UsageError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > 10_000_000) {
    throw new UsageError(`--${name} must be a whole number from 1 to 10000000, not ${text}`);
  }
  return value;
}
