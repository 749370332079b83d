import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { runProcess } from '../rig/process.ts';
import { loadCompose } from './compose.ts';
import { knowsCall, programs } from './programs.ts';

const root = join(import.meta.dirname, '..', '..');
const compose = await loadCompose(root);
const plan = (target: string) => runProcess(['make', '--no-print-directory', '-n', '-C', root, target], {});

const original = [
  ...['up', 'up-components', 'setup', 'migrate', 'migrate-status', 'connector-status', 'seed'],
  ...['logs', 'down', 'reset', 'teardown'],
];
const flags = /^--/;

describe('Makefile', () => {
  test.each([...original, 'up-split', 'connector', 'env'])('%s calls existing commands', async (target) => {
    const lines = (await plan(target)).split('\n').filter((line) => line.includes('docker compose'));
    if (target !== 'env') expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      for (const [, profile] of line.matchAll(/--profile (\w+)/g))
        expect(['app', 'infra', 'split']).toContain(profile!);
      const job = /docker compose run (.*)$/
        .exec(line)?.[1]
        ?.split(' ')
        .filter((word) => !flags.test(word));
      if (job) {
        const [name = '', ...args] = job;
        const service = compose.services[name]!;
        const program = programs[service.build!.args.SERVICE]!;
        expect(knowsCall(program, args.length > 0 ? args : service.command!)).toBe(true);
      }
      const followed = / logs (.*)$/.exec(line)?.[1]?.split(' ') ?? [];
      const names = followed.filter((word) => !flags.test(word) && !/^\d+$/.test(word));
      expect(names.filter((name) => !(name in compose.services))).toEqual([]);
    }
  });

  test('make without a target lists them', async () => {
    const said = await runProcess(['make', '--no-print-directory', '-C', root], {});
    for (const target of original) expect(said).toMatch(new RegExp(`make ${target} +\\S`));
  });

  test('env names the variables that the services read', async () => {
    const names = [...(await plan('env')).matchAll(/(\w+)=/g)].map((match) => match[1]!);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !(name in programs.search!.variables))).toEqual([]);
  });
});
