import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../shared/async/clock.ts';
import type { Author } from '../../shared/audit/audit-log.ts';
import { postgresConfig, postgresVariables, redisConfig, redisVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { openDb } from '../../shared/db/client.ts';
import { AppError, causesOf } from '../../shared/errors.ts';
import { postgresTicketLocks } from '../../shared/locks/postgres.ts';
import { redisTicketLocks } from '../../shared/locks/redis.ts';
import { inPostgres } from '../../shared/process/failures.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import type { Command, Env } from '../../shared/process/program.ts';
import { progressBar } from '../../shared/process/progress.ts';
import { openRedis } from '../../shared/redis/client.ts';
import { postgresPorts } from './adapters/postgres/ports.ts';
import { createEvent } from './domain/event/create-event.ts';
import { checkEvent } from './domain/event/event-rules.ts';
import { publishEvent } from './domain/event/publish-event.ts';
import { putOffer } from './domain/offer/put-offer.ts';
import { type OfferPorts, runOffer } from './domain/offer/run-offer.ts';
import { createPerformer } from './domain/performer/create-performer.ts';
import { addPlan, addReadPlan } from './domain/plan/add-plan.ts';
import { planFormats } from './domain/plan/imported-plan.ts';
import { readPlanOf } from './domain/plan/plan-work.ts';
import type { Ports } from './domain/ports.ts';
import { createVenue } from './domain/venue/create-venue.ts';
import { type EventFile, readEventFile } from './import-file.ts';
import { planWorkHere } from './plan-work.ts';

/** A person who reaches the database may do everything; the things that are made are the platform's. */
const author: Author = { actor: { is: 'system' } };

/** `events import`: plans and events from files. */
export const importCommand: Command = {
  usage: [
    [
      `import plan FILE --venue UUID [--format ${planFormats.join('|')}] [--name NAME]`,
      'add a seating plan to a venue',
    ],
    ['import event FILE', 'make an event of the platform, its venue, performers, plan and tickets, once'],
  ],
  run,
};

async function run([what, ...args]: string[], env: Env): Promise<void> {
  if (what === 'plan') return runPlan(args, env);
  if (what === 'event') return runEvent(args, env);
  throw new UsageError('events import takes plan or event. See events --help.');
}

async function runPlan(args: string[], env: Env): Promise<void> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parsed(() =>
    parseArgs({ args, allowPositionals: true, options: { venue: text, format: text, name: text } }),
  );
  const [file, ...more] = positionals;
  const venueUuid = values.venue?.toLowerCase();
  const format = planFormats.find((one) => one === values.format);
  if (file === undefined || more.length > 0 || venueUuid === undefined) {
    throw new UsageError('events import plan takes one file, and --venue with the uuid of its venue');
  }
  if (values.format !== undefined && !format) throw new UsageError(`--format must be ${planFormats.join(', ')}`);
  const upload = { venueUuid, file: { text: await textOf(file), format, name: values.name } };
  const { plan, isNew, keptAside, notes } = await onPorts(env, file, (ports) => addPlan(ports, author, upload));
  for (const { path, count } of keptAside) console.error(`${file}: ${path}: kept aside, ${count} times`);
  for (const note of notes) console.error(`${file}: ${note}`);
  console.error(`${plan.places} places; ${isNew ? 'added' : 'the venue has this plan already'}`);
  console.log(plan.uuid);
}

async function runEvent(args: string[], env: Env): Promise<void> {
  const [file, ...more] = args;
  if (file === undefined || more.length > 0) throw new UsageError('events import event takes one file');
  const besides = async (path: string) => {
    const named = resolve(dirname(file), path);
    return { file: named, text: await textOf(named) };
  };
  const read = await readEventFile(file, await textOf(file), besides);
  if ('faults' in read) return tellFaults(read.file, read.faults);
  console.log(await onPorts(env, file, (ports) => importEvent(ports, read)));
}

/** Makes what is not there yet, and returns the uuid of the event. Each part is made once, whatever came in between. */
async function importEvent(ports: Ports & OfferPorts, file: EventFile): Promise<string> {
  const { venue, performers, event, sale, isPublished } = file;
  checkEvent(event.inputOf(venue.uuid, []), ports.clock.now());
  if (venue.input) await createVenue(ports, { author, uuid: venue.uuid, input: venue.input });
  for (const { uuid, input } of performers) await createPerformer(ports, { author, uuid, input });
  const input = event.inputOf(
    venue.uuid,
    performers.map(({ uuid }) => uuid),
  );
  const { uuid, status } = await createEvent(ports, { author, uuid: event.uuid, event: input });
  if (sale) await makeTickets(ports, uuid, venue.uuid, sale);
  if (isPublished && status === 'draft') await publishEvent(ports, { author, uuid });
  return uuid;
}

async function makeTickets(
  ports: OfferPorts,
  eventUuid: string,
  venueUuid: string,
  { imported, offer }: NonNullable<EventFile['sale']>,
): Promise<void> {
  const { plan } = await addReadPlan(ports, author, { venueUuid, plan: readPlanOf(imported) });
  const { running } = await putOffer(ports, author, { eventUuid, planUuid: plan.uuid, offer });
  if (!running) return;
  const onProgress = progressBar(process.stderr);
  const { offers } = ports;
  const write: typeof offers.write = async (...batch) => {
    const written = await offers.write(...batch);
    if (written) onProgress(written.done, running.seats.labels.length, 'tickets');
    return written;
  };
  await runOffer({ ...ports, offers: { ...offers, write } }, running);
}

function tellFaults(file: string, faults: { path: string; message: string }[]): void {
  for (const { path, message } of faults) console.error(`${file}: ${path ? `${path}: ` : ''}${message}`);
  process.exitCode = 1;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`);
  }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}. See events --help.`);
  }
}

/** Does work on the database, and on the lock store that the services use. A refusal is told with each of its faults. */
async function onPorts<T>(env: Env, file: string, work: (ports: Ports & OfferPorts) => Promise<T>): Promise<T> {
  const settings = readConfig({ ...postgresVariables, ...redisVariables }, env);
  const config = postgresConfig(settings, 'onsale-tools');
  const db = openDb(config, { max: 2, deadlineMs: 0 });
  const redisAt = redisConfig(settings);
  const redis = redisAt && openRedis(redisAt);
  const locks = redis ? redisTicketLocks(redis) : postgresTicketLocks(db);
  try {
    const ports = {
      ...postgresPorts(db),
      clock: systemClock,
      planWork: planWorkHere,
      locks,
      feed: { publish: () => {} },
    };
    return await inPostgres(config, () => work(ports));
  } catch (error) {
    const [refusal] = causesOf(error).filter((one) => one instanceof AppError && one.kind !== 'unavailable');
    throw refusal ? new UsageError(inLines(file, refusal as AppError)) : error;
  } finally {
    await Promise.all([db.close(), redis?.close()]);
  }
}

type Fault = { path: string; message: string };

function inLines(file: string, { message, details }: AppError): string {
  const faults = (details.faults ?? details.issues ?? []) as Fault[];
  return [message, ...faults.map(({ path, message }) => `${file}: ${path ? `${path}: ` : ''}${message}`)].join('\n');
}
