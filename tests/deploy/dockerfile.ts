import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { $, Glob } from 'bun';

/** One instruction of a Dockerfile: its name in capitals, its flags (`--from=build`), and the rest as it stands. */
export type Instruction = { name: string; flags: Record<string, string>; rest: string };

export type Stage = { from: string; alias: string | undefined; instructions: Instruction[] };

/** The stages of a Dockerfile, with continued lines joined. Heredocs are not known. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Stage[] = [];
  for (const line of lines) {
    const instruction = parseLine(line);
    if (instruction.name !== 'FROM') {
      stages.at(-1)!.instructions.push(instruction);
      continue;
    }
    const [from = '', , alias] = instruction.rest.split(/\s+/);
    stages.push({ from, alias, instructions: [] });
  }
  return stages;
}

function parseLine(line: string): Instruction {
  const match = /^(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line.trim());
  if (!match) throw new Error(`not an instruction: ${line}`);
  const [, name = '', flags = '', rest = ''] = match;
  const pairs = [...flags.matchAll(/--([\w-]+)=(\S+)/g)].map((flag) => [flag[1]!, flag[2]!]);
  return { name: name.toUpperCase(), flags: Object.fromEntries(pairs), rest };
}

/**
 * Works like a builder, in a folder for each stage, with the programs of this machine in place of the base images':
 * ARG, WORKDIR, COPY and RUN in their order, each RUN in an environment with only its arguments and `path`. Returns the
 * folders, the last one being the image's root without its base.
 */
export async function runDockerfile(
  stages: Stage[],
  { context, into, args, path }: { context: string; into: string; args: Record<string, string>; path: string },
): Promise<string[]> {
  const folders = stages.map((_, i) => join(into, `stage-${i}`));
  for (const [i, stage] of stages.entries()) {
    const folder = folders[i]!;
    const env: Record<string, string> = { PATH: path, HOME: join(into, 'home') };
    let workdir = '/';
    await mkdir(folder, { recursive: true });
    for (const { name, flags, rest } of stage.instructions) {
      if (name === 'ARG') {
        const [argument = '', fallback] = rest.split('=');
        const value = args[argument] ?? fallback;
        if (value !== undefined) env[argument] = value;
      } else if (name === 'WORKDIR') {
        workdir = rest;
        await mkdir(join(folder, workdir), { recursive: true });
      } else if (name === 'COPY') {
        const [target = '', ...sources] = rest.split(/\s+/).reverse();
        const source = flags.from === undefined ? context : folders[stages.findIndex((s) => s.alias === flags.from)]!;
        const to = target.startsWith('/') ? join(folder, target) : join(folder, workdir, target);
        for (const one of sources) await copy(join(source, one), target.endsWith('/') ? join(to, one) : to);
      } else if (name === 'RUN') {
        await $`sh -c ${rest}`.cwd(join(folder, workdir)).env(env).quiet();
      }
    }
  }
  return folders;
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true, dereference: true });
}

/** Returns a copy of `root` with only the files that .dockerignore lets through: the build context. */
export async function buildContext(root: string, into: string): Promise<void> {
  const rules = (await readFile(join(root, '.dockerignore'), 'utf8'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const tracked = (await $`git ls-files --cached --others --exclude-standard`.cwd(root).text()).trim().split('\n');
  for (const path of tracked) if (passes(path, rules)) await copy(join(root, path), join(into, path));
}

/** The last rule that matches decides, as in Docker; a rule for a folder is one for everything in it. */
export function passes(path: string, rules: string[]): boolean {
  let isIn = true;
  for (const rule of rules) {
    const pattern = rule.replace(/^!/, '');
    if (new Glob(pattern).match(path) || new Glob(`${pattern}/**`).match(path)) isIn = rule.startsWith('!');
  }
  return isIn;
}

/** The options of a container. */
const given = ['proc', 'dev'];

/**
 * Makes a folder look like the image: below the image's own files, the C library that the base image has. It stands in
 * for the base, which cannot be fetched everywhere.
 */
export async function addBase(root: string, program: string): Promise<void> {
  const libraries = (await $`ldd ${program}`.text()).match(/\/\S+/g) ?? [];
  for (const library of libraries) await copy(library, join(root, library));
  for (const folder of given) await mkdir(join(root, folder), { recursive: true });
}

/**
 * Returns the command that runs a program of `root` as the image would: that folder as a read-only root file system, an
 * unprivileged user, no capability, no shell. Needs root, or user namespaces.
 */
export function inImage(root: string, command: string[]): string[] {
  const asRoot = process.getuid?.() === 0;
  // As in a container, there are /proc and /dev, and the root is read-only.
  const mounts = ['mount --bind "$0" "$0"', ...given.map((name) => `mount --rbind /${name} "$0/${name}"`)];
  // chroot is only on the administrators' path.
  const enter = `${mounts.join(' && ')} && mount -o remount,ro,bind "$0" && PATH=$PATH:/usr/sbin:/sbin && exec "$@"`;
  const user = asRoot ? ['--userspec=65532:65532'] : [];
  return [
    'unshare',
    ...(asRoot ? [] : ['--map-root-user']),
    '--mount',
    ...['sh', '-c', enter, root],
    ...['chroot', ...user, root],
    ...command,
  ];
}

export const remove = (folder: string) => rm(folder, { recursive: true, force: true });
