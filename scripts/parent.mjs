import { readFileSync } from 'node:fs';

/**
 * Calls `onGone` once when the program that started this one is gone. A killed one can't pass on a signal: its end is
 * the signal. Returns a function that ends the watch.
 */
export function watchParent(onGone) {
  const parent = process.ppid;
  const shell = launchingShell(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && (!shell || parentOf(parent) === shell.parent)) return;
    clearInterval(timer);
    onGone();
  }, 500);
  return () => clearInterval(timer);
}

/** npm starts a script by `sh -c`. Debian's sh stays in between and outlives npm; then sh loses its parent. */
function launchingShell(pid) {
  if (!process.env.npm_lifecycle_event || process.platform !== 'linux') return undefined;
  const [program, flag] = read(`/proc/${pid}/cmdline`).split('\0');
  return /(^|\/)[a-z]*sh$/.test(program) && flag === '-c' ? { parent: parentOf(pid) } : undefined;
}

function parentOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  // The name, in parentheses, may hold anything; after it come the state and the parent.
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
