// `npm run build`: the three services as single binaries, with the SQL migrations and page assets inside:
// dist/<platform>/<service> for Linux on x64 and arm64 and for the machine that builds, and dist/<service> for the
// latter.
import { execFileSync } from 'node:child_process';
import { mkdir, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Glob } from 'bun';

const usage = `Usage: bun scripts/build.ts [options]
  --service NAME    events, booking or search; may be repeated (default: all)
  --platform NAME   linux-x64 (or -amd64), linux-arm64, … or own; may be repeated (default: own, linux-x64, linux-arm64)
  --out FOLDER      where to (default: dist)`;

const root = join(import.meta.dirname, '..');
const own = `${process.platform}-${process.arch}`;
const services = ['events', 'booking', 'search'];
const known = new Set([own, 'linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64']);

const { service, platform, out } = options();
const define = { 'process.env.BUILD_REVISION': JSON.stringify(process.env.BUILD_REVISION || headRevision()) };
for (const to of platform) {
  await mkdir(join(out, to), { recursive: true });
  for (const name of service) await build(name, to);
}
if (platform.includes(own)) for (const name of service) await link(name);

async function build(name: string, to: string): Promise<void> {
  const started = performance.now();
  const outfile = join(out, to, name);
  const result = await Bun.build({
    entrypoints: [join(root, 'services', name, 'main.ts'), ...threadsOf(name)],
    compile: {
      outfile,
      target: `bun-${to}` as Bun.Build.CompileTarget,
      // The binary must not read files of the folder where it is started.
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
    define,
    minify: true,
    bytecode: true,
    format: 'esm',
    target: 'bun',
  });
  if (!result.success) {
    for (const message of result.logs) console.error(message);
    process.exit(1);
  }
  const { size } = await stat(outfile);
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  console.log(`${to}/${name}  ${(size / 1e6).toFixed(0)} MB  ${seconds} s`);
}

/** The files that its threads run. */
function threadsOf(name: string): string[] {
  return [...new Glob('*-worker.ts').scanSync({ cwd: join(root, 'services', name), absolute: true })];
}

/** dist/events is this machine's. */
async function link(name: string): Promise<void> {
  await rm(join(out, name), { force: true });
  await symlink(join(own, name), join(out, name));
}

/** The commit that is checked out, `+` behind it when files differ from it; empty outside a clone. */
function headRevision(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    const changed = String(git('status', '--porcelain')).trim() !== '';
    return String(git('rev-parse', '--short=12', 'HEAD')).trim() + (changed ? '+' : '');
  } catch {
    return '';
  }
}

function options() {
  const { values } = parsed({
    options: {
      service: { type: 'string', multiple: true, default: services },
      platform: { type: 'string', multiple: true, default: [own, 'linux-x64', 'linux-arm64'] },
      out: { type: 'string', default: join(root, 'dist') },
    },
  });
  const platforms = [...new Set(values.platform.map((name) => (name === 'own' ? own : name.replace('amd64', 'x64'))))];
  const unknown = [
    ...values.service.filter((name) => !services.includes(name)),
    ...platforms.filter((p) => !known.has(p)),
  ];
  if (unknown.length > 0) {
    console.error(`There is no ${unknown.join(', ')}.\n${usage}`);
    process.exit(1);
  }
  return { service: values.service, platform: platforms, out: values.out };
}

function parsed<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(1);
  }
}
