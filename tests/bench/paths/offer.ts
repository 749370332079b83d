import { randomUUID } from 'node:crypto';
import { arenaOf } from '../events.ts';
import type { Server } from '../processes.ts';
import type { Path } from '../section.ts';

const aimSeconds = 5;
const pollMs = 20;

type Json = { uuid: string; status: string; operation: { uuid: string }; places: number };

export const offer: Path = {
  name: 'offer',
  about:
    'An organiser’s `PUT …/events/:uuid/offer` for a plan of 50,000 places with two rates and a section held back, until its ' +
    'operation has succeeded; and the same offer with other prices, which changes every ticket.',
  run: (world) =>
    world.withServers(world.startService('events'), async (server) => {
      const sections = world.extent.quick ? 5 : 50;
      const places = (sections * 1000).toLocaleString('en');
      world.progress.begin(`offer: ${places} places`);
      const venue = await ask(server, 'POST', 'venues', {
        name: `Arena of ${places}`,
        city: 'Bern',
        country: 'CH',
        time_zone: 'Europe/Zurich',
      });
      const plan = await ask(server, 'POST', `venues/${venue.uuid}/plans`, arenaOf(sections));
      const date = new Date(Date.now() + 90 * 86_400_000).toISOString();
      const event = await ask(server, 'POST', 'events', {
        name: 'A full house',
        venue_uuid: venue.uuid,
        date,
        currency: 'CHF',
      });
      const put = async (price: number) => {
        const began = performance.now();
        const { operation } = await ask(server, 'PUT', `events/${event.uuid}/offer`, {
          ...{ plan_uuid: plan.uuid, prices: { Standard: price } },
          rates: ['Child', 'Member'].map((name, n) => ({ name, prices: { Standard: price - 500 * (n + 1) } })),
          hold_backs: [{ name: 'Sponsors', sections: ['101'] }],
        });
        for (;;) {
          const { status } = await ask(server, 'GET', `operations/${operation.uuid}`);
          if (status === 'succeeded') return (performance.now() - began) / 1000;
          if (status !== 'running') throw new Error(`the offer has ${status}`);
          await Bun.sleep(pollMs);
        }
      };
      const [made, changed] = [await put(4500), await put(4700)];
      const row = (what: string, seconds: number) => ({
        what: `${what}, ${places} places`,
        value: `${seconds.toFixed(2)} s`,
      });
      const aim = { aim: `≤ ${aimSeconds} s`, met: made <= aimSeconds };
      return {
        comparisons: [],
        findings: [{ ...row('an offer', made), ...aim }, row('the same with other prices', changed)],
      };
    }),
};

async function ask({ port }: Server, method: string, path: string, body?: object): Promise<Json> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/management/${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return JSON.parse(text) as Json;
}
