import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { runProcess, startProcess } from '../../tests/rig/process.ts';
import { eventually } from '../testing/eventually.ts';
import { every } from './lifecycle.ts';

/** A program of its own that has all of this module. */
const program = (body: string) => [
  process.execPath,
  '-e',
  `import { runOnce, runUntilSignalled, UsageError } from '${join(import.meta.dirname, 'lifecycle.ts')}';\n${body}`,
];

describe('every', () => {
  test('goes on after failed work, waits for the last run when it stops, and starts no other', async () => {
    const errors: unknown[] = [];
    const last = Promise.withResolvers<void>();
    let begun = 0;
    const work = async () => {
      begun++;
      if (begun === 1) throw new Error('away');
      if (begun === 3) await last.promise;
    };
    const stop = every(1, work, (error) => errors.push(String(error)));
    await eventually(() => begun === 3);
    let stopped = false;
    const stopping = stop().then(() => {
      stopped = true;
    });
    await Bun.sleep(0);
    expect(stopped).toBe(false);
    last.resolve();
    await stopping;
    expect([begun, errors]).toEqual([3, ['Error: away']]);
  });

  test('stops without its pause when no work is under way', async () => {
    let begun = 0;
    const stop = every(
      3_600_000,
      async () => begun++,
      () => {},
    );
    await stop();
    expect(begun).toBe(0);
  });
});

describe('a program that is signalled', () => {
  /** Its clock only moves at SIGUSR1, by two seconds; it never ends by itself. */
  const hanging = program(`
    let nowMs = 5000;
    performance.now = () => nowMs;
    process.on('SIGTERM', () => console.log('heard'));
    process.on('SIGUSR1', () => { nowMs += 2000; console.log('later'); });
    await runUntilSignalled(async () => {
      console.log('ready 1');
      return { stop: () => { console.log('stopping'); return new Promise(() => setInterval(() => {}, 1000)); } };
    });`);

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s stops in order, and ends with 0', async (signal) => {
    const ending = program(`await runUntilSignalled(async () => {
      console.log('ready 1');
      setInterval(() => {}, 1000);
      return { stop: async () => console.log('stopped') };
    });`);
    const started = await startProcess(ending, {}, { port: /ready (\d)/ });
    expect(await started.stop([signal])).toBe(0);
    await eventually(() => started.output().includes('stopped'));
  });

  test('ignores an echo of the signal, and ends at once at a later one', async () => {
    const { pid, output, stop, kill } = await startProcess(hanging, {}, { port: /ready (\d)/ });
    try {
      process.kill(pid, 'SIGTERM');
      await eventually(() => output().includes('stopping'));
      process.kill(pid, 'SIGTERM');
      await eventually(() => output().match(/heard/g)?.length === 2);
      process.kill(pid, 'SIGUSR1');
      await eventually(() => output().includes('later'));
      expect(await stop(['SIGINT'])).toBe(1);
    } finally {
      await kill();
    }
  });
});

test('a program that has done its work ends, whatever still runs in it, with its exit code and its whole output', async () => {
  const busy = `await runOnce(async () => {
    setInterval(() => {}, 3_600_000);
    for (let line = 0; line < 20_000; line++) console.log('a line of many');
    process.exitCode = 3;
  });`;
  const said = await runProcess(program(busy), {}).then(String, (error: Error) => error.message);
  expect(said).toContain('ended with 3:');
  expect(said.match(/^a line of many$/gm)).toHaveLength(20_000);
});

describe('a program that can’t start', () => {
  test('prints the remedy or the error, and everything with LOG_LEVEL=debug', async () => {
    const said = (body: string, env = {}) =>
      runProcess(program(body), env).then(String, (error: Error) => error.message);
    const fails = `() => Promise.reject(new UsageError('say it so'))`;
    for (const run of ['runOnce', 'runUntilSignalled']) {
      expect(await said(`await ${run}(${fails});`)).toEndWith('ended with 1:\nsay it so\n');
    }
    const bug = `await runOnce(() => Promise.reject(new TypeError('a bug')));`;
    expect(await said(bug)).toEndWith(
      'ended with 1:\na bug\n(LOG_LEVEL=debug tells where in the program it came from.)\n',
    );
    expect(await said(bug, { LOG_LEVEL: 'debug' })).toMatch(/ended with 1:.*TypeError: a bug.* at /s);
  });
});
