import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Started = {
  pid: number;
  ports: number[];
  stop(signals?: NodeJS.Signals[]): Promise<number>;
  kill(): Promise<void>;
  output(): string;
};

const patienceMs = 60_000;

/**
 * Runs a program until it has logged every awaited port (the first group of `port`, once per port). Stopping sends
 * SIGTERM (or other signals, one right after the other) and returns the exit code.
 */
export async function startProcess(
  command: string[],
  env: Record<string, string>,
  { port = /"port":(\d+).*"listening"/, count = 1 } = {},
): Promise<Started> {
  const [program, ...args] = command as [string, ...string[]];
  const child = spawn(program, args, { env: { ...basics(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: string[] = [];
  const exited = new Promise<number>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 255 : 0))),
  );
  const ports: number[] = [];
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => fail('said nothing of its port'), patienceMs);
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${command.join(' ')} ${why}:\n${said.join('\n')}`));
    };
    child.once('error', (error) => fail(error.message));
    exited.then((code) => fail(`ended with ${code}`));
    const read = (line: string) => {
      said.push(line);
      if (said.length > 500) said.shift();
      const match = port.exec(line);
      if (match && ports.push(Number(match[1])) === count) {
        clearTimeout(timer);
        resolve();
      }
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read);
  });
  return {
    pid: child.pid!,
    ports,
    output: () => said.join('\n'),
    async stop(signals = ['SIGTERM']) {
      for (const signal of signals) child.kill(signal);
      return exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Runs a program to its end; throws with its output unless it exits with 0. */
export async function runProcess(command: string[], env: Record<string, string>): Promise<string> {
  const [program, ...args] = command as [string, ...string[]];
  const child = spawn(program, args, { env: { ...basics(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${said}`);
  return said;
}

/** Nothing of the developer's own environment may decide how a service behaves under test. */
const basics = () => Object.fromEntries(['PATH', 'HOME', 'TMPDIR'].flatMap((name) => entry(name)));

const entry = (name: string): [string, string][] => (process.env[name] ? [[name, process.env[name]]] : []);
