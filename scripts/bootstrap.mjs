// Installs the needs of a fresh clone: the pinned Bun and the packages of bun.lock.
// Plain JavaScript without dependencies, for Node 20+ and Bun alike. Nothing is written outside the clone.
import './node-version.cjs';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { capture } from './run.mjs';

export { run } from './run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const inRoot = (...parts) => join(root, ...parts);
const ownBun = inRoot('node_modules', 'bun', 'bin', 'bun.exe');
const toolchain = inRoot('.onsale', 'toolchain');
const toolchainBun = join(toolchain, 'node_modules', 'bun', 'bin', 'bun.exe');
const stampFile = inRoot('node_modules', '.onsale-installed');
const bunCache = { BUN_INSTALL_CACHE_DIR: inRoot('.onsale', 'cache', 'bun') };
/** Exists while an install is under way; one that is found later means that the install was cut short. */
const unfinishedMark = inRoot('.onsale', 'install-unfinished');

/**
 * Makes sure that the packages of bun.lock are installed and returns the path of the Bun that came with them.
 * Does nothing when they are. Starters at the same time wait for each other. A failure is printed and ends the process
 * with code 1.
 */
export async function ensureInstalled(log) {
  if (isInstalled()) return ownBun;
  try {
    await withLock(inRoot('.onsale', 'install.lock'), log, async (addPid) => {
      const exec = (command, cwd, env) => runOrExplain(command, { cwd, env, onSpawn: addPid });
      if (!isInstalled()) await install(log, exec);
    });
    return ownBun;
  } catch (error) {
    log(`\nThe installation failed: ${error.message}`);
    process.exit(1);
  }
}

function isInstalled() {
  return existsSync(ownBun) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp();
}

/** The platform counts too: a clone may be shared with a container. */
function wantedStamp() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  const patches = readdirSync(inRoot('patches')).map((name) => join('patches', name));
  for (const file of ['bun.lock', 'package.json', ...patches.sort()]) hash.update(readFileSync(inRoot(file)));
  return hash.digest('hex');
}

async function install(log, exec) {
  const stamp = wantedStamp();
  if (existsSync(unfinishedMark)) rmSync(inRoot('node_modules'), { recursive: true, force: true });
  rmSync(stampFile, { force: true });

  const version = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).devDependencies.bun;
  const bun = await findBun(version, log, exec);
  writeFileSync(unfinishedMark, '');
  await step(log, 'Installing the packages of bun.lock', async () => {
    await exec([bun, 'install', '--frozen-lockfile', '--no-progress'], root, bunCache);
    // Bun's package puts its program in place in a postinstall, which some installers skip.
    if (!(await isBun(ownBun, version))) await exec([process.execPath, 'install.js'], inRoot('node_modules', 'bun'));
  });
  writeFileSync(stampFile, stamp);
  rmSync(unfinishedMark, { force: true });
}

/** A Bun of the pinned version: the one that runs this, one that was fetched before, or a new one. */
async function findBun(version, log, exec) {
  if (process.versions.bun === version && existsSync(process.execPath)) return process.execPath;
  for (const path of [ownBun, toolchainBun]) if (await isBun(path, version)) return path;
  await step(log, `Fetching Bun ${version}`, () => fetchBun(version, exec));
  return toolchainBun;
}

async function fetchBun(version, exec) {
  rmSync(toolchain, { recursive: true, force: true });
  mkdirSync(toolchain, { recursive: true });
  if (process.versions.bun) {
    writeFileSync(join(toolchain, 'package.json'), JSON.stringify({ private: true, dependencies: { bun: version } }));
    const flags = ['--no-save', '--ignore-scripts', '--no-progress'];
    await exec([process.execPath, 'install', ...flags], toolchain, bunCache);
  } else {
    const place = ['--prefix', toolchain, '--cache', inRoot('.onsale', 'cache', 'npm')];
    const traces = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--no-update-notifier'];
    const flags = [...place, ...traces, '--ignore-scripts', '--loglevel=error'];
    await exec([...npm(), 'install', `bun@${version}`, ...flags], toolchain);
  }
  // Newer npm versions block postinstalls, so it is run by name.
  await exec([process.execPath, join('node_modules', 'bun', 'install.js')], toolchain);
  if (!(await isBun(toolchainBun, version))) {
    throw new Error(`Bun ${version} was fetched but does not run here (${process.platform} ${process.arch}).`);
  }
}

/** The npm that runs this script, else the one on the path. */
function npm() {
  const running = process.env.npm_execpath;
  return running && basename(running) === 'npm-cli.js' ? [process.execPath, running] : ['npm'];
}

async function isBun(path, version) {
  return existsSync(path) && (await capture([path, '--version'], { cwd: root })).output.trim() === version;
}

async function runOrExplain(command, options) {
  const { code, output } = await capture(command, options);
  if (code === 0) return;
  const name = command.slice(0, 3).map((part) => basename(part));
  const lines = output.split('\n').filter((line) => line.trim());
  if (lines.length > 14) lines.splice(10, lines.length - 13, '...');
  throw new Error([`"${name.join(' ')}" ended with code ${code}.`, ...lines, ...advice(output)].join('\n'));
}

function advice(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ConnectionRefused|UnableToConnect|FailedToOpenSocket|DNS/i.test(output)) {
    return ['Is this machine offline, or behind a proxy? Set HTTPS_PROXY to the proxy and start again.'];
  }
  if (/certificate|self.signed/i.test(output)) {
    return ['Is there a proxy with a certificate of its own? Name its file in NODE_EXTRA_CA_CERTS and start again.'];
  }
  if (/frozen/.test(output)) return ['package.json and bun.lock disagree: run "bun install" and commit bun.lock.'];
  return [];
}

async function step(log, text, work) {
  log(`${text} ...`);
  const start = performance.now();
  await work();
  log(`${text}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
