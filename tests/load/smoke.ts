// `npm run load:smoke`: starts the standalone platform on free ports, runs a smoke of each load test against it, and
// shows that a faulty run fails. Leaves no process and no file.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runOnce, UsageError } from '../../shared/process/lifecycle.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { type Started, startProcess } from '../rig/process.ts';
import { findK6 } from './k6.ts';

const inRoot = (...parts: string[]) => join(import.meta.dirname, '..', '..', ...parts);
const patienceMs = 60_000;

/** A run of a program, with the expected exit code and output. */
type Case = {
  title: string;
  before?: () => Promise<unknown>;
  args: string[];
  env?: Record<string, string>;
  code: 0 | 1;
  says: RegExp;
};

/** The run of the current case. */
let underWay: Bun.Subprocess | undefined;
let isInterrupted = false;

async function smoke(): Promise<void> {
  const k6 = await findK6(process.env);
  const dir = await mkdtemp(join(tmpdir(), 'onsale-load-'));
  let platform: Started | undefined;
  try {
    platform = await startStandalone(dir);
    const [events, booking, search] = platform.ports.map((port) => `http://127.0.0.1:${port}`);
    const env = { EVENTS_URL: events!, BOOKING_URL: booking!, SEARCH_URL: search!, LOAD_DIR: dir, K6: k6 };
    const results: boolean[] = [];
    for (const one of cases(dir)) {
      if (isInterrupted) throw new UsageError('Interrupted.');
      results.push(await isAsExpected(one, env));
    }
    const passed = results.filter(Boolean).length;
    console.log(`\n${passed} passed, ${results.length - passed} failed`);
    process.exitCode = passed === results.length ? 0 : 1;
  } finally {
    await platform?.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    isInterrupted = true;
    underWay?.kill();
  });
}

async function startStandalone(dir: string): Promise<Started> {
  const env = {
    EVENTS_ADDR: '127.0.0.1:0',
    BOOKING_ADDR: '127.0.0.1:0',
    SEARCH_ADDR: '127.0.0.1:0',
    ONSALE_DIR: dir,
    LOG_LEVEL: 'warn',
  };
  const command = [process.execPath, inRoot('standalone', 'main.ts')];
  const started = await startProcess(command, env, { port: /:(\d+)\/docs/, count: 3 });
  await eventually(() => started.output().includes('Onsale is ready'), patienceMs);
  return started;
}

function cases(dir: string): Case[] {
  const forged = join(dir, 'forged.record');
  const load = (name: string) => [inRoot('tests', 'load', 'main.ts'), name, '--smoke'];
  return [
    { title: 'browse', args: load('browse'), code: 0, says: /^browse: \d+ visits.*$/m },
    { title: 'search', args: load('search'), code: 0, says: /^search: \d+ visits.*$/m },
    { title: 'onsale', args: load('onsale'), code: 0, says: /^onsale: .* 0 sold twice.*$/m },
    {
      title: 'a threshold that does not hold fails the run',
      args: load('search'),
      env: { LOAD_DURATION: '1', LOAD_P99_MS: '0' },
      code: 1,
      says: /p\(99\)<0 does not hold/,
    },
    {
      title: 'a seat whose 200 went to another is found',
      before: () => forge(join(dir, 'onsale.record'), forged),
      args: [inRoot('tests', 'load', 'check-sales.ts'), forged],
      code: 1,
      says: /its buyer \S+ pays again and is answered 409/,
    },
  ];
}

/** Runs one case, prints its outcome, and its whole output if that is not as expected. */
async function isAsExpected(
  { title, before, args, env, code, says }: Case,
  base: Record<string, string>,
): Promise<boolean> {
  const began = performance.now();
  await before?.();
  const child = Bun.spawn([process.execPath, ...args], {
    env: { ...process.env, ...base, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  });
  underWay = child;
  const said = (await Promise.all([child.stdout.text(), child.stderr.text()])).join('');
  const isWell = (await child.exited) === code && says.test(said);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${isWell ? 'ok    ' : 'FAILED'} ${title} (${seconds} s)`);
  console.log(
    isWell ? `       ${says.exec(said)![0]}` : `exit code ${child.exitCode}, not ${code} with ${says}:\n${said}`,
  );
  return isWell;
}

/** Copies a record as if the first buyer had been another user. */
async function forge(from: string, to: string): Promise<void> {
  const text = await readFile(from, 'utf8');
  const { user } = JSON.parse(/^\{"record":"sale".*$/m.exec(text)?.[0] ?? '{}') as { user?: string };
  await writeFile(to, user ? text.replaceAll(user, randomUUID()) : '');
}

await runOnce(smoke);
