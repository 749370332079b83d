// `npm run load -- browse|search|onsale`: runs one of the k6 scripts against a running platform, and judges the run.
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { runOnce, UsageError } from '../../shared/process/lifecycle.ts';
import { checkSales, tellFaults } from './check-sales.ts';
import { findK6 } from './k6.ts';
import { type Addresses, addressesFrom, addressVariables, type ServiceName } from './shared/addresses.ts';
import { complaints } from './shared/record.ts';
import { count, type Results, saleLine, visitsLine } from './shared/results.ts';
import { settingsFrom } from './shared/settings.ts';

/** The scripts, and the services that each uses. */
const scripts = {
  browse: ['events'],
  search: ['events', 'search'],
  onsale: ['events', 'booking'],
} satisfies Record<string, ServiceName[]>;

type Name = keyof typeof scripts;

const usage = `Usage: npm run load -- browse|search|onsale [--smoke] [k6 options]
  --smoke   a few visits in a few seconds: does it all still work?
  tests/README.md has the variables that set the addresses and the size.`;

const root = join(import.meta.dirname, '..', '..');
const maxComplaints = 10;

async function load(): Promise<void> {
  const { name, smoke, options } = commandLine(process.argv.slice(2));
  const env: NodeJS.ProcessEnv = { ...process.env, ...(smoke && { LOAD_SMOKE: '1' }) };
  checkSettings(env);
  const k6 = await findK6(env);
  await checkPlatform(addressesFrom(env), scripts[name]);

  const dir = resolve(root, env.LOAD_DIR ?? join('.onsale', 'load'));
  const files = { results: join(dir, `${name}.results.json`), record: join(dir, `${name}.record`) };
  await mkdir(dir, { recursive: true });
  for (const file of Object.values(files)) await rm(file, { force: true });

  const code = await run(k6, name, options, files, env);
  const record = await textOf(files.record);
  for (const line of complaints(record).slice(0, maxComplaints)) console.log(`  ${line}`);
  const results = JSON.parse((await textOf(files.results)) || 'null') as Results | null;
  if (!results) throw new UsageError(`k6 ended with code ${code} before it had results.`);
  const isSound = name === 'onsale' ? await judgeSale(results, record, files.record, env) : true;
  if (name !== 'onsale') console.log(visitsLine(name, results));
  if (code !== 0) console.log(`FAILED: k6 ended with code ${code}${code === 99 ? ', a threshold does not hold' : ''}.`);
  process.exitCode = code === 0 && isSound ? 0 : 1;
}

function commandLine([name, ...rest]: string[]): { name: Name; smoke: boolean; options: string[] } {
  if (!name || !Object.hasOwn(scripts, name)) throw new UsageError(usage);
  const options = rest.filter((option) => option !== '--smoke');
  return { name: name as Name, smoke: rest.includes('--smoke'), options };
}

function checkSettings(env: NodeJS.ProcessEnv): void {
  try {
    settingsFrom(env);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Throws an error that says what to do unless every service is ready. */
async function checkPlatform(addresses: Addresses, services: ServiceName[]): Promise<void> {
  for (const service of services) {
    const url = `${addresses[service]}/readyz`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).then(
      ({ status }) => (status === 200 ? undefined : `answers ${status}`),
      () => 'does not answer',
    );
    if (!answer) continue;
    throw new UsageError(
      `The ${service} service ${answer} at ${url}. Start the platform (npm start), ` +
        `or say where it is: ${addressVariables[service]}=${addresses[service]}`,
    );
  }
}

/** Runs k6 to its end and returns its exit code. A signal is passed on, and ends this process when k6 has ended. */
async function run(
  k6: string,
  name: Name,
  options: string[],
  files: { results: string; record: string },
  env: NodeJS.ProcessEnv,
): Promise<number> {
  // The record is the console.log of the scripts, so it goes into a file of its own, line by line as written. k6 sends
  // no telemetry and opens no port.
  const own = ['--console-output', files.record, '--log-format', 'raw', '--no-usage-report', '--address', ''];
  const quiet = process.stdout.isTTY ? [] : ['--quiet'];
  const args = ['run', ...own, ...quiet, ...options, join('tests', 'load', `${name}.ts`)];
  const child = spawn(k6, args, { cwd: root, stdio: 'inherit', env: { ...env, LOAD_RESULTS: files.results } });
  let signalled: NodeJS.Signals | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      signalled = signal;
      child.kill(signal);
    });
  }
  const code = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
  });
  // Sales that were cut off have no record, so there is nothing to judge.
  if (signalled) process.exit(128 + constants.signals[signalled]);
  return code;
}

/** Checks whether the sale was sound, and prints it; returns true if it was. */
async function judgeSale(results: Results, record: string, file: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const verdict = await checkSales(record, env, count(results, 'sales'));
  tellFaults(verdict.faults);
  console.log(saleLine(results, verdict));
  if (verdict.faults.length > 0) console.log(`FAILED: the sale is not sound. Its record: ${relative(root, file)}`);
  return verdict.faults.length === 0;
}

const textOf = (file: string) => readFile(file, 'utf8').catch(() => '');

await runOnce(load);
