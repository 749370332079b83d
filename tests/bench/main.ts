// `npm run bench`: builds the binaries, measures each hot path beside its floor, and writes docs/performance.md when
// everything was measured in full.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runOnce, UsageError } from '../../shared/process/lifecycle.ts';
import { embeddedGround, stackGround } from './grounds.ts';
import { checkedOut, machine } from './machine.ts';
import { binaries } from './paths/binaries.ts';
import { eventSeats } from './paths/event-seats.ts';
import { eventView } from './paths/event-view.ts';
import { losers } from './paths/losers.ts';
import { memory } from './paths/memory.ts';
import { offer } from './paths/offer.ts';
import { plan } from './paths/plan.ts';
import { reserve, reserveOnRedis } from './paths/reserve.ts';
import { ruledSales } from './paths/ruled-sales.ts';
import { salesPath as sales } from './paths/sales.ts';
import { searchCached } from './paths/search-cached.ts';
import { searchUncached } from './paths/search-uncached.ts';
import { draining } from './paths/stack/draining.ts';
import { memoryOfBinaries } from './paths/stack/memory.ts';
import { million } from './paths/stack/million.ts';
import { searchOnElasticsearch } from './paths/stack/search-uncached.ts';
import { searchable } from './paths/stack/searchable.ts';
import { start } from './paths/start.ts';
import { createProgress } from './progress.ts';
import { allMet, type Measured, tables } from './report.ts';
import { writeResults } from './results-page.ts';
import type { Path } from './section.ts';
import { selfCheck } from './self-check.ts';
import { createWorld, type Extent, isInterrupted, root } from './world.ts';

const embedded: Path[] = [
  eventView,
  eventSeats,
  plan,
  searchCached,
  reserve,
  sales,
  ruledSales,
  offer,
  losers,
  searchUncached,
  memory,
  start,
  binaries,
];
const stack: Path[] = [
  reserveOnRedis,
  sales,
  ruledSales,
  offer,
  eventView,
  eventSeats,
  plan,
  searchCached,
  searchOnElasticsearch,
  draining,
  searchable,
  memoryOfBinaries,
];

/** Those that take too long to be measured unless they are named. */
const named: Path[] = [million];

const names = (paths: Path[]) => paths.map(({ name }) => name).join(', ');

const usage = `Usage: npm run bench [-- options]
  --stack        on the real servers that the environment names, instead of the embedded PostgreSQL
  --quick        one short round of everything: does it run? Its numbers mean little
  --only name    one path; may be repeated: ${names(embedded)}; with --stack: ${names([...stack, ...named])}
  --events n     how many events the path million has (1000000)
  --help, -h     show this`;

const extents: Record<'full' | 'quick', Extent> = {
  full: { rounds: 7, roundMs: 1500, warmUpMs: 2000, largeEvents: 100_000, manyEvents: 1_000_000, quick: false },
  quick: { rounds: 1, roundMs: 250, warmUpMs: 250, largeEvents: 3000, manyEvents: 3000, quick: true },
};

async function bench(): Promise<void> {
  const { help, quick, onStack, chosen, all, manyEvents } = options();
  if (help) return console.log(usage);
  await buildBinaries();
  const began = performance.now();
  const commit = await checkedOut(root);
  const progress = createProgress(process.stderr);
  const extent = { ...extents[quick ? 'quick' : 'full'], ...(manyEvents && { manyEvents }) };
  const world = await createWorld(extent, progress, onStack ? stackGround : embeddedGround);
  const measured: Measured[] = [];
  let servers: [string, string][] = [];
  try {
    servers = await world.ground.servers();
    await selfCheck(world);
    for (const path of chosen) measured.push({ path, section: await path.run(world) });
  } finally {
    await world.close();
    progress.done();
  }
  console.log(`\n${tables(measured)}\n`);
  const seconds = (performance.now() - began) / 1000;
  console.log(`${seconds.toFixed(0)} s. ${allMet(measured) ? 'Every aim is met.' : 'Not every aim is met.'}`);
  if (quick || chosen.length < all.length) return;
  const results = { machine: [...machine(commit), ...servers], measured, warnings: progress.warnings, seconds };
  await writeResults(join(root, 'docs', 'performance.md'), results, onStack);
  console.log('Written to docs/performance.md.');
}

/** The binaries are measured, too. */
async function buildBinaries(): Promise<void> {
  const command = [process.execPath, join(root, 'scripts/build.ts'), '--platform', 'own'];
  const code = await Bun.spawn(command, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).exited;
  if (code !== 0) throw new UsageError(`The binaries could not be built: the build ended with ${code}.`);
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        stack: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        events: { type: 'string' },
      },
    });
    const all = values.stack ? stack : embedded;
    const known = values.stack ? [...all, ...named] : all;
    const unknown = values.only.filter((name) => !known.some((path) => path.name === name));
    if (unknown.length > 0) throw new Error(`There is no path ${unknown.join(', ')}`);
    const chosen = values.only.length === 0 ? all : known.filter(({ name }) => values.only.includes(name));
    const manyEvents = values.events === undefined ? undefined : Number(values.events);
    if (manyEvents !== undefined && !(Number.isSafeInteger(manyEvents) && manyEvents > 0)) {
      throw new Error('--events is a whole number from 1');
    }
    return { help: values.help, quick: values.quick, onStack: values.stack, chosen, all, manyEvents };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

await runOnce(() =>
  bench().catch((error: unknown) => {
    // The signal's own handler ends the process when everything is tidied up.
    if (!isInterrupted()) throw error;
    return new Promise<never>(() => {});
  }),
);
