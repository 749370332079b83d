import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A server under measurement. */
export type Server = { pid: number; port: number; ports: number[]; stop(): Promise<void> };

export type Env = Record<string, string>;

const patienceMs = 60_000;

/**
 * Runs a server until it has logged `count` ports. Its output is then drained and not read: the contract suite's
 * `startProcess` reads every line, which under load would cost half of the measured time.
 */
export async function startServer(
  command: string[],
  env: Env,
  { port = /"port":(\d+).*"listening"/g, count = 1 } = {},
): Promise<Server> {
  const [program, ...args] = command as [string, ...string[]];
  const child = spawn(program, args, { env: { ...basics(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 255)));
  let said = '';
  const ports = await new Promise<number[]>((resolve, reject) => {
    const timer = setTimeout(() => fail('said nothing of its port'), patienceMs);
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${command.join(' ')} ${why}:\n${said}`));
    };
    child.once('error', (error) => fail(error.message));
    exited.then((code) => fail(`ended with ${code}`));
    const read = (text: Buffer) => {
      said += text;
      const found = [...said.matchAll(port)].map((match) => Number(match[1]));
      if (found.length < count) return;
      clearTimeout(timer);
      for (const stream of [child.stdout, child.stderr]) stream.off('data', read).resume();
      resolve(found);
    };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', read);
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(timer);
  };
  return { pid: child.pid!, port: ports[0]!, ports, stop };
}

/** Nothing of the developer's own environment may decide how a service behaves. */
const basics = (): Env => {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'BUN_RUNTIME_TRANSPILER_CACHE_PATH'];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
};

/** Linux counts a process's time in hundredths of a second, whatever the kernel's tick. */
const ticksPerSecond = 100;

/** The processor time that a process has used, in seconds; undefined where there is no /proc. */
export function cpuSecondsOf(pid: number): number | undefined {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return undefined;
  const stat = readFileSync(path, 'utf8');
  // The name, in parentheses, may hold anything; after it come the state and twelve more before the times.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

export type Memory = { residentMb: number; ownMb: number; peakMb: number };

/** Resident memory: all of it, the part not mapped from files, and the peak; undefined without /proc. */
export function memoryOf(pid: number): Memory | undefined {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return undefined;
  const status = readFileSync(path, 'utf8');
  const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { residentMb: mb('VmRSS'), ownMb: mb('RssAnon'), peakMb: mb('VmHWM') };
}
