import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchParent } from './parent.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Bun would keep compiled sources below the home folder. */
const quietBun = { BUN_RUNTIME_TRANSPILER_CACHE_PATH: join(root, '.onsale', 'cache', 'sources') };
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs Bun in the project's folder as if it were this process: same terminal, same signals, same exit code
 * (128 + n after signal n). With `onOutput` its output is passed on and also handed over, as text.
 * When the parent of this process is gone, Bun gets a SIGTERM.
 * After a Ctrl-C in a terminal Bun gets the signal twice, from the terminal and from here.
 */
export function run(bunPath, args, { env = {}, onOutput } = {}) {
  const child = spawn(bunPath, args, {
    cwd: root,
    env: { ...quietBun, ...process.env, ...env },
    stdio: onOutput ? ['inherit', 'pipe', 'pipe'] : 'inherit',
  });
  for (const name of onOutput ? ['stdout', 'stderr'] : []) {
    child[name].setEncoding('utf8').on('data', (text) => {
      process[name].write(text);
      onOutput(text);
    });
  }

  const forward = (signal) => child.kill(signal);
  for (const signal of forwarded) process.on(signal, forward);
  const unwatch = watchParent(() => child.kill('SIGTERM'));

  return ended(child).then((code) => {
    unwatch();
    for (const signal of forwarded) process.off(signal, forward);
    return code;
  });
}

/** Runs a command to its end and returns its exit code and its output. */
export async function capture([program, ...args], { cwd, env = {}, onSpawn = () => {} }) {
  const stdio = ['ignore', 'pipe', 'pipe'];
  const child = spawn(program, args, { cwd, env: { ...quietBun, ...process.env, ...env }, stdio });
  if (child.pid) onSpawn(child.pid);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  child.on('error', (error) => {
    output += error.message;
  });
  return { code: await ended(child), output };
}

function ended(child) {
  return new Promise((resolve) => {
    child.on('error', () => resolve(127));
    child.on('exit', (code, signal) => {
      const status = code ?? 128 + constants.signals[signal];
      child.on('close', () => resolve(status));
      // Its output is read to the end, but not for as long as a leftover child keeps the pipe open.
      setTimeout(() => resolve(status), 1_000).unref();
    });
  });
}
