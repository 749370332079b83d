import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdir, mkdtemp, readdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { emptyDatabase, type TestDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { runProcess, startProcess } from '../rig/process.ts';
import { postgresEnv } from '../rig/targets.ts';
import { addBase, buildContext, inImage, parseDockerfile, passes, remove, runDockerfile } from './dockerfile.ts';
import { counted } from './report.ts';

const root = join(import.meta.dirname, '..', '..');
const stages = parseDockerfile(await Bun.file(join(root, 'Dockerfile')).text());
const image = stages.at(-1)!;
const services = ['events', 'booking', 'search'];

describe('Dockerfile', () => {
  test('builds on the Bun that the project pins, and ends on a bare base with a digest', () => {
    expect(stages[0]!.from).toBe(`oven/bun:${packageJson.devDependencies.bun}-slim`);
    expect(image.from).toMatch(/^gcr\.io\/distroless\/[\w-]+:nonroot@sha256:[0-9a-f]{64}$/);
  });

  test('gives the program no shell, no root and a health check of its own', () => {
    const said = (name: string) => image.instructions.find((one) => one.name === name)?.rest;
    expect(said('USER')).toBe('65532:65532');
    expect(JSON.parse(said('ENTRYPOINT')!)).toEqual(['/onsale']);
    expect(JSON.parse(image.instructions.find((one) => one.name === 'HEALTHCHECK')!.rest.replace('CMD ', ''))).toEqual([
      '/onsale',
      'health',
    ]);
    expect(image.instructions.some(({ name }) => name === 'RUN')).toBe(false);
  });

  test('labels the image as OCI has it, with the version of package.json', () => {
    const labels = image.instructions.find((one) => one.name === 'LABEL')!.rest;
    for (const label of ['title', 'description', 'licenses', 'version', 'revision', 'base.name']) {
      expect(labels).toContain(`org.opencontainers.image.${label}=`);
    }
    expect(image.instructions.find(({ rest }) => rest.startsWith('VERSION='))?.rest).toBe(
      `VERSION=${packageJson.version}`,
    );
  });

  test('.dockerignore lets through the sources of the build, and nothing else', () => {
    const rules = ['*', '!shared', '**/*.test.ts', 'shared/testing'];
    expect(['README.md', 'shared/a.test.ts', 'shared/testing/x.ts'].filter((path) => passes(path, rules))).toEqual([]);
    expect(['shared/a.ts', 'shared/b/c.ts'].filter((path) => !passes(path, rules))).toEqual([]);
  });
});

describe('the image’s steps, in an empty folder', () => {
  let folder: string;
  let context: string;
  let path: string;
  let database: TestDatabase;
  const images: Record<string, string> = {};

  beforeAll(async () => {
    database = await emptyDatabase();
    folder = await mkdtemp(join(tmpdir(), 'onsale-image-'));
    await Bun.$`chmod 755 ${folder}`;
    context = join(folder, 'context');
    await buildContext(root, context);
    // Everything in the builder's image.
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await symlink(process.execPath, join(bin, 'bun'));
    path = `${bin}:/usr/bin:/bin`;
    for (const SERVICE of services) {
      const folders = await runDockerfile(stages, {
        context,
        into: join(folder, SERVICE),
        args: { SERVICE, TARGETARCH: process.arch === 'x64' ? 'amd64' : process.arch, REVISION: 'abc123' },
        path,
      });
      images[SERVICE] = folders.at(-1)!;
      expect(await readdir(images[SERVICE])).toEqual(['onsale']);
      await addBase(images[SERVICE], join(images[SERVICE], 'onsale'));
    }
  }, 300_000);
  afterAll(async () => {
    await database.drop();
    await remove(folder);
    counted(`Dockerfile: ${stages.flatMap((s) => s.instructions).length + stages.length} steps for each of 3 images`);
  }, 300_000);

  test.each(services)('%s prints its build', async (service) => {
    const said = await runProcess(inImage(images[service]!, ['/onsale', '--version']), {});
    expect(said).toStartWith(`${service} ${packageJson.version} (abc123, `);
  });

  test('the same steps build for arm64', async () => {
    const args = { SERVICE: 'events', TARGETARCH: 'arm64' };
    const [, made = ''] = await runDockerfile(stages, { context, into: join(folder, 'arm64'), args, path });
    const header = await Bun.file(join(made, 'onsale')).slice(0, 20).bytes();
    // ELF's e_machine: 183 is AArch64.
    expect([...header.slice(1, 4), header[18]]).toEqual([...new TextEncoder().encode('ELF'), 183]);
  });

  test('the programs migrate, seed, serve and report their health, as nobody, on a read-only root', async () => {
    const env = { ...postgresEnv(database.config), SERVER_ADDR: '127.0.0.1:0' };
    const run = (service: string, ...args: string[]) =>
      runProcess(inImage(images[service]!, ['/onsale', ...args]), env);
    expect(await run('events', 'migrate')).toMatch(/Applied \d+ migrations/);
    expect(await run('events', 'migrate', 'status')).not.toContain('not applied');
    expect(await run('events', 'seed')).toContain('Loaded');
    for (const service of services) {
      const started = await startProcess(inImage(images[service]!, ['/onsale']), env);
      const at = `127.0.0.1:${started.ports[0]}`;
      try {
        await eventually(async () => (await fetch(`http://${at}/readyz`)).status === 200, 30_000);
        const health = runProcess(inImage(images[service]!, ['/onsale', 'health']), { ...env, SERVER_ADDR: at });
        expect(JSON.parse(await health)).toMatchObject({ status: 'ok' });
      } finally {
        expect(await started.stop()).toBe(0);
      }
    }
  }, 120_000);
});
