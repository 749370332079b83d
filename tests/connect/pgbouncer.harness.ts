import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PostgresConfig } from '../../shared/config/config.ts';
import { textOf } from '../../shared/config/environment.ts';
import { freePort } from '../../shared/process/free-port.ts';
import { eventually } from '../../shared/testing/eventually.ts';

export type PgBouncer = { port: number; stop(): Promise<void> };

/**
 * Starts the PgBouncer that PGBOUNCER names before a server, in transaction mode, with `connections` to the server and
 * nothing else that it would not refuse by itself.
 */
export async function startPgBouncer(config: PostgresConfig, connections = 8): Promise<PgBouncer> {
  const program = process.env.PGBOUNCER;
  if (!program) throw new Error('PGBOUNCER must name the program, such as /usr/sbin/pgbouncer');
  const dir = await mkdtemp(join(tmpdir(), 'onsale-pgbouncer-'));
  const port = await freePort();
  const [ini, list] = [join(dir, 'pgbouncer.ini'), join(dir, 'users.txt')];
  await writeFile(list, `"${config.user}" "${textOf(config.password)}"\n`);
  await writeFile(
    ini,
    `[databases]
* = host=${config.host} port=${config.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${list}
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 300
`,
  );
  // It refuses to run as root.
  const account = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  for (const path of [dir, ini, list]) await chmod(path, path === dir ? 0o755 : 0o644);
  const child = spawn(program, [...account, ini], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('error', (error) => {
    said += error.message;
  });
  await eventually(() => listens(port)).catch((cause) => {
    throw new Error(`PgBouncer does not listen:\n${said}`, { cause });
  });
  return {
    port,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(dir, { recursive: true });
    },
  };
}

const listens = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const tell = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => tell(true)).once('error', () => tell(false));
  });
