import { measure, type Run } from '../compare.ts';
import { makeEvent, ticketsOf } from '../events.ts';
import { type Histogram, merged, percentileOf } from '../histogram.ts';
import { median } from '../numbers.ts';
import type { Server } from '../processes.ts';
import { ready } from '../ready.ts';
import { writeSales } from '../sale-writer.ts';
import type { Finding, Path } from '../section.ts';
import type { World } from '../world.ts';
import { heldSeat } from './reserve.ts';

const path = '/api/v1/booking/tickets/reserve';
const salesPerSecond = 100;
const losersPerSecond = 500;

/** A rush that the machine can easily serve, where waiting shows; and one at full load. */
const rushes = [
  { title: `${losersPerSecond} a second`, connections: 64, perSecond: losersPerSecond },
  { title: 'as fast as responses come', connections: 128 },
];

export const losers: Path = {
  name: 'losers',
  about:
    'How long those who come too late for one seat wait for their 409, without and with a stream of confirmed sales ' +
    `(${salesPerSecond} a second, each reserved, claimed, charged and settled in a database with fsync on) of other seats ` +
    'in the same service. Losers must not queue behind the database’s writes.',
  run: (world) =>
    world.withServers(world.startService('booking'), async (server) => {
      await ready(server.port);
      const findings: Finding[] = [];
      for (const rush of rushes) findings.push(...(await compareRush(world, server, rush)));
      return { comparisons: [], findings };
    }),
};

async function compareRush(world: World, server: Server, rush: (typeof rushes)[number]): Promise<Finding[]> {
  const { extent, db, progress } = world;
  const { title, ...load } = rush;
  progress.begin(`losers, ${title}`);
  const ticket = await heldSeat(world, server);
  const roundSeats = Math.ceil((salesPerSecond * extent.roundMs) / 1000) * 2 + 100;
  const seats = await ticketsOf(db, await makeEvent(db, 'Selling well', roundSeats * (extent.rounds + 1)));
  const lose = () =>
    measure(world, server, { ...load, ms: extent.roundMs, source: { kind: 'reserve', path, tickets: [ticket] } }, 409);

  const [quiet, busy]: [Run[], Run[]] = [[], []];
  const sales: Histogram[] = [];
  const rates: number[] = [];
  for (let round = 0; round <= extent.rounds; round++) {
    progress.say(round === 0 ? 'warming up' : `round ${round} of ${extent.rounds}`);
    const without = await lose();
    const stop = writeSales(server.port, seats.slice(round * roundSeats, (round + 1) * roundSeats), salesPerSecond);
    const within = await lose().finally(() =>
      stop().then(({ took, perSecond }) => {
        if (round === 0) return;
        sales.push(took);
        rates.push(perSecond);
      }),
    );
    if (round === 0) continue;
    quiet.push(without);
    busy.push(within);
  }
  const sold = `${(rates.reduce((a, b) => a + b, 0) / rates.length).toFixed(0)} sales/s`;
  return [
    { what: `losers, ${title}: no sales`, value: times(quiet) },
    { what: `losers, ${title}: ${sold}`, value: times(busy) },
    { what: `the sales beside them (reserve + confirm)`, value: latency(merged(sales)) },
  ];
}

const times = (runs: Run[]) =>
  `${latency(merged(runs.map((run) => run.latency)))}, ${median(runs.map((run) => run.perSecond)).toFixed(0)}/s`;

const latency = (histogram: Histogram) =>
  `p50 ${percentileOf(histogram, 0.5).toFixed(2)} ms, p99 ${percentileOf(histogram, 0.99).toFixed(2)} ms`;
