import { afterEach, expect, setDefaultTimeout, test } from 'bun:test';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { takeOwnership } from './owner.ts';
import { type EmbeddedPostgres, EmbeddedPostgresError, startEmbeddedPostgres } from './postgres.ts';
import { inspectProcess, until } from './processes.ts';

setDefaultTimeout(60_000);

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('the embedded PostgreSQL starts from nothing, and its data survives a stop and a start', async () => {
  const dir = newDir();
  // The remains of an interrupted initdb.
  mkdirSync(join(dir, 'data.new'));
  writeFileSync(join(dir, 'data.new', 'PG_VERSION'), '17\n');

  const first = await start(dir);
  expect({ adopted: first.adopted, database: first.database }).toEqual({ adopted: false, database: 'onsale' });
  expect(await query(first, 'show wal_level')).toEqual([{ wal_level: 'logical' }]);
  expect(statSync(join(dir, 'password')).mode & 0o777).toBe(0o600);
  await writeNote(first, 'before the stop');
  await Promise.all([first.stop(), first.stop()]);
  expect(inspectProcess(first.pid)).toBeUndefined();

  const second = await start(dir, { settings: { work_mem: '5MB' } });
  expect(second.adopted).toBe(false);
  expect(await readNotes(second)).toEqual(['before the stop']);
  expect(await query(second, 'show work_mem')).toEqual([{ work_mem: '5MB' }]);
});

test('the embedded PostgreSQL goes on after its server was killed', async () => {
  const dir = newDir();
  const killed = await start(dir);
  await writeNote(killed, 'before the kill');
  // A backend that is busy does not notice the death of its server, and would keep a new one from starting.
  const lost = query(killed, 'do $$ begin loop null; end loop; end $$').catch((error) => error);
  await until(async () => (await query(killed, busyBackends))[0]?.busy === 1, 10_000);
  process.kill(killed.pid, 'SIGKILL');

  const next = await start(dir);
  expect({ adopted: next.adopted, samePid: next.pid === killed.pid }).toEqual({ adopted: false, samePid: false });
  expect(await readNotes(next)).toEqual(['before the kill']);
  expect(await lost).toBeInstanceOf(Error);
});

test('the embedded PostgreSQL takes over the server of a run that was killed', async () => {
  const dir = newDir();
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dir, 'postgres.ts'))};
    const { pid } = await startEmbeddedPostgres({ dir: ${JSON.stringify(dir)} });
    console.log(pid);
    setInterval(() => {}, 1000);`;
  const run = spawnChild(process.execPath, ['-e', program]);
  const [line] = await once(run.stdout!, 'data');
  const orphan = Number(String(line));
  run.kill('SIGKILL');
  await once(run, 'exit');

  const adopter = await start(dir);
  expect({ adopted: adopter.adopted, pid: adopter.pid }).toEqual({ adopted: true, pid: orphan });
  await writeNote(adopter, 'written by the adopter');
  await adopter.stop();
  expect(inspectProcess(orphan)).toBeUndefined();

  expect(await readNotes(await start(dir))).toEqual(['written by the adopter']);
});

test('a fresh start ends a server that was left running and deletes its data', async () => {
  const dir = newDir();
  const old = await start(dir);
  await writeNote(old, 'old');

  const fresh = await start(dir, { fresh: true });
  expect(fresh.adopted).toBe(false);
  expect(inspectProcess(old.pid)).toBeUndefined();
  expect(await query(fresh, `select to_regclass('notes') as notes`)).toEqual([{ notes: null }]);
});

test('a stale pid file that names another living program does not stop the start', async () => {
  const dir = newDir();
  const before = await start(dir);
  const pidFile = readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8');
  await before.stop();
  const other = spawnChild('sleep', ['600']);
  writeFileSync(join(dir, 'data', 'postmaster.pid'), pidFile.replace(/^\d+/, String(other.pid)));

  const server = await start(dir);
  expect({ adopted: server.adopted, otherLives: inspectProcess(other.pid!) !== undefined }).toEqual({
    adopted: false,
    otherLives: true,
  });
});

test.skipIf(process.getuid?.() !== 0)(
  'the embedded PostgreSQL runs as root below a folder closed to other users',
  async () => {
    const dir = join(newDir(), 'inner');
    const first = await start(dir);
    await writeNote(first, 'kept');
    await first.stop();
    expect(statSync(join(dir, 'data')).uid).toBe(0);
    expect(await readNotes(await start(dir))).toEqual(['kept']);
  },
);

test('a folder has one owner at a time, and a dead owner is no hindrance', async () => {
  const dir = newDir();
  const release = await takeOwnership(dir);
  release();

  const owner = spawnChild('sleep', ['600']);
  const file = join(dir, 'owner.pid');
  writeFileSync(file, `${owner.pid} ${inspectProcess(owner.pid!)?.startedAt}`);
  await expect(takeOwnership(dir, 0)).rejects.toThrow(`Another Onsale (process ${owner.pid})`);

  writeFileSync(file, `${owner.pid} the pid of a process from another time`);
  (await takeOwnership(dir, 0))();
});

test('a lost password is an error that says what to do', async () => {
  const dir = newDir();
  await (await start(dir)).stop();
  rmSync(join(dir, 'password'));
  const failure = await start(dir).catch((error) => error);
  expect(failure).toBeInstanceOf(EmbeddedPostgresError);
  expect(failure.message).toContain('Restore it');
});

test('a server that can not start says why', async () => {
  const dir = newDir();
  const failure = await start(dir, { settings: { no_such_setting: '1' } }).catch((error) => error);
  expect(failure).toBeInstanceOf(EmbeddedPostgresError);
  expect(failure.cause.message).toContain('no_such_setting');
});

const busyBackends = `select count(*)::int as busy from pg_stat_activity where query like 'do $$%'`;

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'onsale-pg-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function start(dir: string, options: Partial<Parameters<typeof startEmbeddedPostgres>[0]> = {}) {
  const server = await startEmbeddedPostgres({ dir, ...options });
  cleanups.push(server.stop);
  return server;
}

function spawnChild(program: string, args: string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await until(() => inspectProcess(child.pid!) === undefined, 10_000);
  });
  return child;
}

async function query(server: EmbeddedPostgres, text: string): Promise<Record<string, unknown>[]> {
  const { host, port, user: username, password, database } = server;
  const sql = postgres({ host, port, username, password, database, max: 1, onnotice: () => {} });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const writeNote = (server: EmbeddedPostgres, text: string) =>
  query(server, `create table if not exists notes (text text); insert into notes values ('${text}')`);

const readNotes = async (server: EmbeddedPostgres) =>
  (await query(server, 'select text from notes')).map((n) => n.text);
