import { join, relative } from 'node:path';
import { demoEventUuid } from '../../../drizzle/seed/demo.ts';
import { spread } from '../numbers.ts';
import { ready } from '../ready.ts';
import type { Path } from '../section.ts';
import { root, type World } from '../world.ts';
import { startStandalone } from './memory.ts';

export const start: Path = {
  name: 'start',
  about:
    'What `npm start` runs, on a database of its own that an earlier start has made: from the start of the process until ' +
    'the event page is served, and until every service says it is ready (the search index is built).',
  async run(world) {
    world.progress.begin('start');
    world.progress.say('the first start, which makes the database');
    const first = await once(world);
    const later = [];
    for (let i = 1; i <= (world.extent.quick ? 1 : 5); i++) {
      world.progress.say(`start ${i} with the database there`);
      later.push(await once(world));
    }
    const text = (ms: number[]) => {
      const { median, min, max } = spread(ms);
      return ms.length === 1
        ? `${median.toFixed(0)} ms`
        : `${median.toFixed(0)} ms (${min.toFixed(0)}–${max.toFixed(0)})`;
    };
    return {
      comparisons: [],
      findings: [
        { what: 'first start: the event page', value: text([first.pageMs]) },
        { what: 'later starts: the event page', value: text(later.map(({ pageMs }) => pageMs)) },
        { what: 'later starts: everything ready', value: text(later.map(({ readyMs }) => readyMs)) },
      ],
    };
  },
};

async function once(world: World): Promise<{ pageMs: number; readyMs: number }> {
  // The standalone takes its folder from the project's.
  const env = { ONSALE_DIR: relative(root, join(world.dir, 'standalone')) };
  const started = performance.now();
  return world.withServers(startStandalone(env), async ({ ports: [events, ...others] }) => {
    const page = await fetch(`http://127.0.0.1:${events}/api/v1/management/events/${demoEventUuid}`);
    if (page.status !== 200) throw new Error(`the event page answered ${page.status}`);
    const pageMs = performance.now() - started;
    for (const port of others) await ready(port);
    return { pageMs, readyMs: performance.now() - started };
  });
}
