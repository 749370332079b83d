import { letBuy } from '../buyers.ts';
import { makePlannedEvent, makeRuledEvent } from '../events.ts';
import { median } from '../numbers.ts';
import { ready } from '../ready.ts';
import type { Finding, Path } from '../section.ts';
import type { World } from '../world.ts';

const buyers = 100;
/** Every fourth asks for the general admission area. */
const areaEvery = 4;
const wishes = 9000;

type Kind = { title: string; aim?: number; make(world: World, name: string): Promise<Wish> };
type Wish = { event: string; of(n: number): object };

const best = (event: string) => ({ event_uuid: event, quantity: 2 });
const inArea = (n: number) => (n % areaEvery === 0 ? { section: 'Floor' } : {});

const plain: Kind = {
  title: 'plain',
  async make({ db }, name) {
    const event = await makePlannedEvent(db, name);
    return { event, of: () => best(event) };
  },
};
type Rules = { aim: number; rate?: 'open' | 'limited'; every?: number; maxUses?: number };

const byRules = (title: string, { aim, rate, every = 1, maxUses }: Rules): Kind => ({
  title,
  aim,
  async make({ db }, name) {
    const { event, rates, code } = await makeRuledEvent(db, name, maxUses);
    const atRate = (n: number) => (rate && n % every === 0 ? { rate_uuids: [rates[rate], null] } : {});
    return { event, of: (n) => ({ ...best(event), ...inArea(n), ...atRate(n), access_code: code }) };
  },
});
const ruled = [
  byRules('by a code, a quarter in a general admission area, every third pair at a rate', {
    ...{ aim: 0.95, rate: 'open', every: 3 },
  }),
  byRules('the same, and each pair at a limited rate', { aim: 0.8, rate: 'limited' }),
  byRules('the same without rates, by a code with 30,000 uses', { aim: 0.8, maxUses: 30_000 }),
];

export const ruledSales: Path = {
  name: 'ruled-sales',
  about:
    'The best pairs of a planned event of 20,000 seats for 100 buyers in one process, with the organiser’s rules and without them, in turns.',
  run: (world) =>
    world.withServers(world.startService('booking'), async ({ port }) => {
      await ready(port);
      const { extent, progress } = world;
      const ms = extent.quick ? 500 : 4000;
      const rates = new Map([plain, ...ruled].map((kind) => [kind, [] as number[]]));
      let twice = 0;
      let refused = 0;
      for (let round = 0; round <= (extent.quick ? 1 : 3); round++) {
        for (const kind of rates.keys()) {
          progress.begin(`ruled sales: ${kind.title}${round === 0 ? ', to warm up' : `, round ${round}`}`);
          const { event, of } = await kind.make(world, `Rules ${round}`);
          const each = Array.from({ length: wishes }, (_, n) => of(n)).values();
          const bought = await letBuy({ ports: [port], buyers, ms, next: () => each.next().value });
          twice += await soldTwice(world, event);
          refused += Object.values(bought.refused).reduce((all, one) => all + one, 0);
          if (round > 0) rates.get(kind)!.push(bought.seats / bought.seconds);
        }
      }
      const usual = median(rates.get(plain)!);
      const rows = ruled.map((kind): Finding => {
        const rate = median(rates.get(kind)!);
        const ratio = rate / usual;
        return {
          what: `${kind.title}: seats a second`,
          value: `${rate.toFixed(0)}, plain ${usual.toFixed(0)}, ratio ${ratio.toFixed(2)}`,
          ...(kind.aim && { aim: `ratio ≥ ${kind.aim}`, met: ratio >= kind.aim }),
        };
      });
      const none = (what: string, count: number) => ({ what, value: String(count), aim: 'none', met: count === 0 });
      return {
        comparisons: [],
        findings: [...rows, none('seats sold twice', twice), none('refused while seats are free', refused)],
      };
    }),
};

async function soldTwice({ db: { sql } }: World, event: string): Promise<number> {
  const [row] = await sql<{ twice: number }[]>`
    select (count(*) - count(distinct ot.ticket_id))::int as twice
    from order_tickets ot join orders o on o.id = ot.order_id join events e on e.id = o.event_id
    where e.uuid = ${event} and o.status = 'paid'`;
  return row!.twice;
}
