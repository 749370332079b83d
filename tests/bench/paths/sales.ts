import { letBuy, type Purchases } from '../buyers.ts';
import { makeEvent, makePlannedEvent, ticketsOf } from '../events.ts';
import { sellOnFloor } from '../floor-sales.ts';
import { percentileOf } from '../histogram.ts';
import type { Server } from '../processes.ts';
import { ready } from '../ready.ts';
import type { Finding, Path } from '../section.ts';
import type { World } from '../world.ts';

/** `planned`: the best by a seating plan, for which the others have rows of labels. */
type Sale = { how: 'named' | 'best' | 'planned'; seats: number; buyers: number; processes: number };

const sales: Sale[] = [1, 3].flatMap((processes) => [
  ...[20_000, 200].flatMap((seats) =>
    [100, 300].flatMap((buyers) => (['named', 'best'] as const).map((how) => ({ how, seats, buyers, processes }))),
  ),
  { how: 'planned' as const, seats: 20_000, buyers: 100, processes },
]);
/** Where the aims are set: the arena, a hundred buyers, one process. */
const isJudged = ({ seats, buyers, processes }: Sale) => seats === 20_000 && buyers === 100 && processes === 1;
const best = { redis: 1000, embedded: 600 };
const aims = { named: { redis: 1500, embedded: 1500 }, best, planned: best };
const floorAim = 0.6;
const p99AimMs = 600;
/** More seats than any run sells, in several events if they are small. */
const seatsOffered = 20_000;

export const salesPath: Path = {
  name: 'sales',
  about:
    'Buyers who each hold two seats and pay for them by the sandbox, as fast as responses come; the processor is shared with ' +
    'them, after a short sale of other events. The floor is five plain statements a sale, each its own durable commit, by raw postgres.js on ten connections. ' +
    'A sale’s time is from its first request to the paid order.',
  async run(world) {
    const findings: Finding[] = [];
    for (const sale of world.extent.quick ? sales.slice(0, 2) : sales)
      findings.push(...(await measureSale(world, sale)));
    return { comparisons: [], findings };
  },
};

async function measureSale(world: World, sale: Sale): Promise<Finding[]> {
  const { how, seats, buyers, processes } = sale;
  const { db, extent, progress } = world;
  const ms = extent.quick ? 500 : 8000;
  const title = `${how}, ${seats.toLocaleString('en')} seats an event, ${buyers} buyers, ${processes} process${processes > 1 ? 'es' : ''}`;
  progress.begin(`sales: ${title}`);
  const floor = await sellOnFloor(world, buyers, ms / 2);
  const servers: Server[] = [];
  try {
    for (let n = 0; n < processes; n++) servers.push(await world.startService('booking'));
    for (const { port } of servers) await ready(port);
    const ports = servers.map(({ port }) => port);
    const sell = async (title: string, ms: number) => {
      const events: string[] = [];
      for (let n = 0; n < seatsOffered / seats; n++) {
        const name = `${title} ${n}`;
        events.push(how === 'planned' ? await makePlannedEvent(db, name) : await makeEvent(db, name, seats));
      }
      const wishes = how === 'named' ? await pairsOf(db, events) : bestPairs(events);
      const counts = await counter(db);
      return { bought: await letBuy({ ports, buyers, ms, next: () => wishes.next().value }), counts };
    };
    await sell('Warm-up', extent.warmUpMs);
    const { bought, counts } = await sell('Sale', ms);
    const { commits, syncs } = await counts();
    return [
      ...rows(title, bought, floor, sale, !!world.databaseEnv.REDIS_ADDR),
      { what: `${title}: commits and syncs of the log a sale`, value: each(bought, commits, syncs) },
    ];
  } finally {
    for (const server of servers) await server.stop();
  }
}

function rows(title: string, bought: Purchases, floor: number, sale: Sale, onRedis: boolean): Finding[] {
  const { how } = sale;
  const rate = bought.seats / bought.seconds;
  const p99 = percentileOf(bought.took, 0.99);
  const refused = Object.entries(bought.refused);
  const aim = aims[how][onRedis ? 'redis' : 'embedded'];
  const judged = isJudged(sale);
  return [
    {
      what: `${title}: seats a second`,
      value: `${rate.toFixed(0)}, floor ${floor.toFixed(0)}, ratio ${(rate / floor).toFixed(2)}`,
      ...(judged && {
        aim: `≥ ${aim}${how === 'named' ? `, ratio ≥ ${floorAim}` : ''}`,
        met: rate >= aim && (how !== 'named' || rate / floor >= floorAim),
      }),
    },
    {
      what: `${title}: p50 and p99 of a sale`,
      value: `${percentileOf(bought.took, 0.5).toFixed(0)} ms, ${p99.toFixed(0)} ms`,
      ...(judged && { aim: `p99 ≤ ${p99AimMs} ms`, met: p99 <= p99AimMs }),
    },
    {
      what: `${title}: refused while seats are free`,
      value: refused.length === 0 ? 'none' : refused.map(([name, count]) => `${count} × ${name}`).join(', '),
      aim: 'none',
      met: refused.length === 0,
    },
  ];
}

async function pairsOf(db: World['db'], events: string[]) {
  const pairs: object[] = [];
  for (const event of events) {
    const tickets = await ticketsOf(db, event);
    for (let n = 0; n + 1 < tickets.length; n += 2) pairs.push({ ticket_uuids: tickets.slice(n, n + 2) });
  }
  return pairs.values();
}

/** Wishes for the best pair, as many per event as it has pairs, in turns; without the last tenth. */
function bestPairs(events: string[]) {
  const perEvent = Math.floor((seatsOffered / events.length / 2) * 0.9);
  return Array.from({ length: perEvent * events.length }, (_, n) => ({
    event_uuid: events[n % events.length],
    quantity: 2,
  })).values();
}

/** Returns the commits of the database and syncs of the server's log since this was called. */
async function counter({ sql }: World['db']) {
  const look = async () => {
    await Bun.sleep(1100);
    const [row] = await sql<{ commits: number; syncs: number }[]>`
      select xact_commit::float8 as commits, (select wal_sync::float8 from pg_stat_wal) as syncs
      from pg_stat_database where datname = current_database()`;
    return row!;
  };
  const before = await look();
  return async () => {
    const after = await look();
    return { commits: after.commits - before.commits, syncs: after.syncs - before.syncs };
  };
}

const each = ({ seats }: Purchases, commits: number, syncs: number) =>
  `${((2 * commits) / seats).toFixed(1)} commits, ${((2 * syncs) / seats).toFixed(2)} syncs`;
