import { describe, expect, spyOn, test } from 'bun:test';
import packageJson from '../../package.json' with { type: 'json' };
import { ConfigError, v } from '../config/environment.ts';
import { UsageError } from './lifecycle.ts';
import { type Program, workOf } from './program.ts';

const ran: string[][] = [];
const program: Program = {
  name: 'box-office',
  summary: 'sells',
  variables: { SERVER_ADDR: v.address(':8080', 'where'), PASSWORD: v.secret('', 'which'), NODES: v.urls('whom') },
  commands: { count: { usage: [['count', 'count the seats']], run: async (args) => void ran.push(args) } },
  start: () => Promise.reject(new Error('not here')),
};

/** Returns a command's standard output and standard error, and its exit code. */
async function said(args: string[], env = {}) {
  const lines: string[] = [];
  const spies = (['log', 'error'] as const).map((name) =>
    spyOn(console, name).mockImplementation((text) => void lines.push(String(text))),
  );
  process.exitCode = 0;
  try {
    await workOf(program, args, env)!();
    return { text: lines.join('\n'), code: process.exitCode };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}

describe('a program', () => {
  test('serves without arguments', () => {
    expect(workOf(program, [], {})).toBeUndefined();
    expect(workOf(program, ['serve'], {})).toBeUndefined();
  });

  test('runs its own commands with their arguments', async () => {
    await said(['count', '--rows', '3']);
    expect(ran).toEqual([['--rows', '3']]);
  });

  test('--help behind a command shows all, and runs nothing', async () => {
    const before = ran.length;
    for (const flag of ['--help', '-h']) expect((await said(['count', flag])).text).toContain('box-office count');
    expect(ran).toHaveLength(before);
  });

  test.each(['config', 'health', '--version', '--help'])('%s takes nothing else', async (name) => {
    const refused = await workOf(program, [name, 'more'], {})!().catch((error: Error) => error);
    expect(refused).toEqual(new UsageError(`box-office ${name} takes nothing, not more`));
  });

  test.each(['sell', 'serve twice', 'toString'])('refuses %s and names the commands', async (line) => {
    const refused = await workOf(program, line.split(' '), {})!().catch((error: Error) => error);
    expect(refused).toBeInstanceOf(UsageError);
    expect((refused as Error).message).toContain('box-office count');
  });

  test('--help names every command', async () => {
    const { text } = await said(['--help']);
    for (const call of ['count', 'health', 'config', '--version', '--help'])
      expect(text).toContain(`box-office ${call}`);
    expect((await said(['-h'])).text).toBe(text);
  });

  test('--version prints the build', async () => {
    expect((await said(['--version'])).text).toStartWith(`box-office ${packageJson.version} (`);
  });

  test('config shows the values in force, and no secret', async () => {
    const env = { PASSWORD: 'hush', NODES: 'http://me:hush@a:1,http://me:hush@b:2' };
    expect((await said(['config'], env)).text.split('\n')).toEqual([
      'SERVER_ADDR=:8080  # default',
      'PASSWORD=***',
      'NODES=http://***@a:1,http://***@b:2',
    ]);
    const misspelt = { SERVER_ADR: 'hush' };
    expect((await said(['config'], misspelt)).text.split('\n').at(-1)).toBe(
      '# SERVER_ADR is read by nothing: did you mean SERVER_ADDR?',
    );
    await expect(workOf(program, ['config'], { SERVER_ADDR: 'x' })!()).rejects.toBeInstanceOf(ConfigError);
  });

  test('health prints /readyz, and exits with 1 when the service is not ready or not there', async () => {
    let status = 200;
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: () => new Response('{"status":"?"}', { status }),
    });
    const { port } = server;
    const env = { SERVER_ADDR: `:${port}` };
    expect(await said(['health'], env)).toEqual({ text: '{"status":"?"}', code: 0 });
    status = 503;
    expect(await said(['health'], env)).toEqual({ text: '{"status":"?"}', code: 1 });
    await server.stop(true);
    const { text, code } = await said(['health'], env);
    expect(code).toBe(1);
    expect(text).toBe(`Nothing answers at http://127.0.0.1:${port}/readyz`);
  });
});
