import { stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { freePort } from '../../../shared/process/free-port.ts';
import { runners } from '../../rig/targets.ts';
import { spread } from '../numbers.ts';
import { type Env, memoryOf, startServer } from '../processes.ts';
import { ready } from '../ready.ts';
import type { Finding, Path } from '../section.ts';
import type { World } from '../world.ts';

const answerAimMs = 300;
const memoryAimMb = 100;

export const binaries: Path = {
  name: 'binaries',
  about:
    'The three binaries of `npm run build` on the demo’s database: their size, the time from the start of the process to its ' +
    'first response (`/livez`) and until it is ready, and resident memory when it has been ready and idle for three seconds.',
  async run(world) {
    world.progress.begin('binaries');
    const findings: Finding[] = [];
    for (const name of ['events', 'booking', 'search']) {
      world.progress.say(`dist/${name}`);
      const [program = ''] = runners.binaries(name);
      const { size } = await stat(program);
      const starts = [];
      for (let i = 0; i < (world.extent.quick ? 1 : 7); i++) starts.push(await firstAnswer(program, world));
      const answer = spread(starts);
      const { readyMs, residentMb } = await idle(program, world);
      findings.push(
        { what: `${name}: size`, value: `${(size / 1e6).toFixed(0)} MB` },
        {
          what: `${name}: first response`,
          value: `${answer.median.toFixed(0)} ms (${answer.min.toFixed(0)}–${answer.max.toFixed(0)})`,
          aim: `≤ ${answerAimMs} ms`,
          met: answer.median <= answerAimMs,
        },
        { what: `${name}: ready`, value: `${readyMs.toFixed(0)} ms` },
        {
          what: `${name}: idle`,
          value: `${residentMb.toFixed(0)} MB`,
          aim: `≤ ${memoryAimMb} MB`,
          met: residentMb <= memoryAimMb,
        },
      );
    }
    return { comparisons: [], findings };
  },
};

/** Returns the milliseconds from the start of a process to its first response. */
async function firstAnswer(program: string, world: World): Promise<number> {
  const port = await freePort();
  const began = performance.now();
  const process = Bun.spawn([program], { env: envOf(world, port), stdout: 'ignore', stderr: 'ignore' });
  try {
    while (!(await listens(port))) {
      if (performance.now() - began > 30_000) throw new Error(`${program} does not listen`);
    }
    const { status } = await fetch(`http://127.0.0.1:${port}/livez`);
    if (status !== 200) throw new Error(`${program} answered ${status}`);
    return performance.now() - began;
  } finally {
    process.kill('SIGTERM');
    await process.exited;
  }
}

async function idle(program: string, world: World): Promise<{ readyMs: number; residentMb: number }> {
  const began = performance.now();
  let measured = { readyMs: 0, residentMb: Number.NaN };
  await world.withServers(startServer([program], envOf(world, 0)), async ({ pid, port }) => {
    await ready(port);
    const readyMs = performance.now() - began;
    await Bun.sleep(3000);
    measured = { readyMs, residentMb: memoryOf(pid)?.residentMb ?? Number.NaN };
  });
  return measured;
}

const envOf = (world: World, port: number): Env => ({ ...world.databaseEnv, SERVER_ADDR: `127.0.0.1:${port}` });

/** Returns whether a port accepts connections; polled without a pause it is exact to a fraction of a millisecond. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => setTimeout(() => resolve(false), 1));
  });
}
