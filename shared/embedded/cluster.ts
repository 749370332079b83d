import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../async/clock.ts';
import { freePort } from '../process/free-port.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';
import { clusterName, endOrphans } from './orphans.ts';
import { stopPostmaster, until } from './processes.ts';

const serverSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_replication_slots: '16',
  max_wal_senders: '16',
  max_connections: '200',
  // A change consumer that stays away for long loses its slot rather than filling the disk.
  max_slot_wal_keep_size: '1GB',
  shared_buffers: '128MB',
};

// These pass: children of a killed server that still run, or a port taken between choice and use.
const passingTrouble = /pre-existing shared memory block|lock file .* already exists|could not bind IPv4/;

/** Makes the data folder: all of it, or nothing when interrupted. */
export async function initialise(dir: string, user: string, binaries: Binaries, account: Account): Promise<void> {
  const draft = join(dir, 'data.new');
  const args = ['-D', draft, '-U', user, `--pwfile=${join(dir, 'password')}`, '-A', 'scram-sha-256', '-E', 'UTF8'];
  const locales = [
    ['--locale=C.UTF-8'],
    // For platforms without that locale: the same order and the same letters, from PostgreSQL's own tables.
    ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  ];
  let output = '';
  for (const locale of locales) {
    rmSync(draft, { recursive: true, force: true });
    const result = await runToEnd([binaries.initdb, ...args, ...locale], dir, account);
    if (result.code === 0) {
      renameSync(draft, join(dir, 'data'));
      return;
    }
    output = result.output;
    if (!/invalid locale/.test(output)) break;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL's data folder could not be made in ${dir}. Is the disk full, or the folder closed to you?`,
    { cause: new Error(lastLines(output)) },
  );
}

/** Starts the server in a session of its own and waits until `isReady`. Retries after passing trouble. */
export async function launch(options: {
  dir: string;
  settings: Record<string, string>;
  port?: number;
  binaries: Binaries;
  account: Account;
  isReady: (port: number) => Promise<boolean>;
}): Promise<{ pid: number; port: number }> {
  const { dir, binaries, account } = options;
  const log = join(dir, 'postgres.log');
  if (existsSync(log) && statSync(log).size > 10_000_000) renameSync(log, `${log}.1`);

  const dataDir = join(dir, 'data');
  const named = { cluster_name: clusterName(dataDir) };
  const settings = Object.entries({ ...serverSettings, ...options.settings, ...named });
  const flags = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const deadline = performance.now() + 10_000;
  while (true) {
    const logStart = existsSync(log) ? statSync(log).size : 0;
    const port = options.port ?? (await freePort());
    const command = [binaries.postgres, '-D', dataDir, '-p', String(port), ...flags];
    const { pid, hasEnded } = spawnServer(command, dir, account);
    let ready = false;
    await until(async () => {
      ready = await options.isReady(port);
      return ready || hasEnded();
    }, 60_000);
    if (ready && pid) return { pid, port };

    if (pid) await stopPostmaster(pid, dataDir);
    const said = readFileSync(log).subarray(logStart).toString();
    if (!passingTrouble.test(said) || performance.now() > deadline) {
      const message = `PostgreSQL did not start; its log is ${log}.`;
      throw new EmbeddedPostgresError(message, { cause: new Error(lastLines(said)) });
    }
    await endOrphans(dataDir);
    await sleep(100);
  }
}

/** The end of the server's log, for an error's cause. */
export function logTail(dir: string): string {
  const path = join(dir, 'postgres.log');
  return existsSync(path) ? lastLines(readFileSync(path, 'utf8')) : '';
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-12).join('\n');
}

function spawnServer(command: string[], dir: string, account: Account) {
  const log = openSync(join(dir, 'postgres.log'), 'a', 0o600);
  const [program, ...args] = [...account.wrap, ...command];
  // Detached: a Ctrl-C in the terminal must not reach the database before the services have drained.
  const stdio = ['ignore', log, log] as ['ignore', number, number];
  const child = spawn(program!, args, { ...account.ids, cwd: dir, env: plainEnv(), detached: true, stdio });
  closeSync(log);
  let ended = false;
  child.on('exit', () => (ended = true)).on('error', () => (ended = true));
  child.unref();
  return { pid: child.pid, hasEnded: () => ended };
}

function runToEnd(command: string[], dir: string, account: Account): Promise<{ code: number | null; output: string }> {
  const [program, ...args] = [...account.wrap, ...command];
  const stdio = ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'];
  return new Promise((resolve) => {
    const child = spawn(program!, args, { ...account.ids, cwd: dir, env: plainEnv(), stdio });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** English messages, which are matched above, and nothing of the user's own PostgreSQL settings. */
function plainEnv(): Record<string, string | undefined> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
