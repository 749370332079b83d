import { sleep } from '../../../../shared/async/clock.ts';
import { ratios, spread } from '../../numbers.ts';
import { type Memory, memoryOf } from '../../processes.ts';
import { ready } from '../../ready.ts';
import type { Finding, Path, Section } from '../../section.ts';
import type { World } from '../../world.ts';
import { startBinary } from './binary.ts';
import { type Crowd, createCrowd, found } from './crowd.ts';
import { type EventTopic, withEventTopic } from './event-topic.ts';
import { rawBulk } from './raw-bulk.ts';

const leastRatio = 0.5;
const memoryAimMb = 150;
const rounds = 3;

export const draining: Path = {
  name: 'draining',
  about:
    'Changes of that many events by one SQL statement while no process follows. When they are in Kafka, one in the role `cdc` ' +
    'starts: documents a second, from when the first ones are found in the index until all are (those first ones not counted). ' +
    'The floor, in turns with it, is bulk requests of 1,000 of the same documents into an empty index with the same mapping, ' +
    'and a refresh. Changes are written over documents that are there, which is told too. Then the same statement while ' +
    'the process follows.',
  run: (world) => withEventTopic(world, (topic) => measure(world, topic)),
};

async function measure(world: World, topic: EventTopic): Promise<Section> {
  const { extent, progress } = world;
  // More than one batch of the process, or there would be no first and last.
  const count = extent.quick ? 10_000 : 20_000;
  progress.begin(`draining ${count.toLocaleString('en')} changes`);
  const crowd = await createCrowd(world, topic, count);
  await following(world, topic, () => found(world, crowd.query, (all) => all === count));
  const drained: number[] = [];
  const raw: Awaited<ReturnType<typeof rawBulk>>[] = [];
  for (let round = 1; round <= (extent.quick ? 1 : rounds); round++) {
    progress.say(`round ${round}`);
    drained.push(await drain(world, topic, crowd));
    raw.push(await rawBulk(world, await crowd.documents()));
  }
  progress.say('while it follows');
  const { seconds, memory } = await follow(world, topic, crowd);
  const empty = raw.map(({ intoEmpty }) => intoEmpty);
  const { ofMedians } = ratios(drained, empty);
  const findings: Finding[] = [
    { what: `${count.toLocaleString('en')} changes drained`, value: rates(drained) },
    { what: 'raw bulk requests', value: rates(empty) },
    { what: 'ratio', value: ofMedians.toFixed(2), aim: `≥ ${leastRatio}`, met: ofMedians >= leastRatio },
    { what: 'raw bulk requests, over documents that are there', value: rates(raw.map(({ over }) => over)) },
    {
      what: 'while it follows: from the commit until all are found',
      value: `${seconds.toFixed(1)} s, ${rates([count / seconds])}`,
    },
    ...memoryFinding(memory),
  ];
  return { comparisons: [], findings };
}

/** Documents a second. */
async function drain(world: World, topic: EventTopic, crowd: Crowd): Promise<number> {
  const before = await topic.end();
  const changed = await crowd.change();
  await topic.reaches(before + crowd.count);
  return following(world, topic, async () => {
    const first = await found(world, changed, (all) => all > 0);
    const began = performance.now();
    if (first === crowd.count) throw new Error('all were found at once: too few to tell how fast');
    await found(world, changed, (all) => all === crowd.count);
    return (crowd.count - first) / ((performance.now() - began) / 1000);
  });
}

/** One statement that a running process follows; afterwards the events go. */
function follow(world: World, topic: EventTopic, crowd: Crowd) {
  return following(world, topic, async (pid) => {
    const changed = await crowd.change();
    const committed = performance.now();
    await found(world, changed, (all) => all === crowd.count);
    const seconds = (performance.now() - committed) / 1000;
    await sleep(5000);
    const memory = memoryOf(pid);
    await crowd.remove();
    await found(world, crowd.query, (all) => all === 0);
    return { seconds, memory };
  });
}

/** Runs a process that follows until the work is done and nothing is left for the next one. */
const following = <T>(world: World, topic: EventTopic, work: (pid: number) => Promise<T>): Promise<T> =>
  world.withServers(startBinary(world, 'search', { ROLE: 'cdc' }), async ({ port, pid }) => {
    await ready(port);
    const done = await work(pid);
    await topic.isHandled();
    return done;
  });

function rates(values: number[]): string {
  const { median, min, max } = spread(values);
  const text = (n: number) => Math.round(n).toLocaleString('en');
  return `${text(median)}${values.length > 1 ? ` (${text(min)}–${text(max)})` : ''} documents/s`;
}

function memoryFinding(memory: Memory | undefined): Finding[] {
  if (!memory) return [];
  const { residentMb, ownMb, peakMb } = memory;
  const value = `${residentMb.toFixed(0)} MB (own ${ownMb.toFixed(0)}), at most ${peakMb.toFixed(0)} MB meanwhile`;
  const judged = { aim: `≤ ${memoryAimMb} MB`, met: residentMb <= memoryAimMb };
  return [{ what: 'dist/search, ROLE=cdc: five seconds after that', value, ...judged }];
}
