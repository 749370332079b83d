import { afterAll, expect, test } from 'bun:test';
import { generatePlan } from './domain/plan/generate-plan.ts';
import type { ReadPlan } from './domain/plan/plan-work.ts';
import { planThreads } from './plan-threads.ts';
import { planWorkHere } from './plan-work.ts';

const threads = planThreads();
afterAll(() => threads.close());

const places = 50_000;
const sections = Array.from({ length: places / 2000 }, (_, i) => ({ name: String(i + 1), rows: 40, seats: 50 }));
const text = JSON.stringify(generatePlan({ name: 'Stadium', sections }));
const offer = { prices: { Standard: 4500 }, rates: [], holdBacks: [] };

/** Returns the longest time, in milliseconds, for which nothing else could run during some work. */
async function stallDuring(work: () => Promise<unknown>): Promise<number> {
  let [longest, last] = [0, performance.now()];
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  await work();
  look();
  clearInterval(timer);
  return longest;
}

test('a thread returns what the calculation does', async () => {
  const read = (await threads.read({ text, name: 'Arena' })) as ReadPlan;
  expect(read).toMatchObject({ name: 'Arena', places });
  expect(read).toEqual((await planWorkHere.read({ text, name: 'Arena' })) as ReadPlan);
  for (const name of ['seats', 'labels', 'page'] as const) {
    const args: never[] = [read.content, { seats: offer, labels: ['1', '2'], page: undefined }[name]] as never[];
    expect(await (threads[name] as (...args: never[]) => unknown)(...args)).toEqual(
      await (planWorkHere[name] as (...args: never[]) => unknown)(...args),
    );
  }
  expect(await threads.read({ text: '{}' })).toMatchObject({ faults: [{ path: 'name' }, { path: 'categories' }] });
});

test('others go on while a plan of 50,000 places is read, offered and shown', async () => {
  const work = async ({ read, seats, page }: typeof planWorkHere) => {
    const plan = (await read({ text })) as ReadPlan;
    await Promise.all([seats(plan.content, offer), page(plan.content)]);
  };
  const here = await stallDuring(() => work(planWorkHere));
  const beside = await stallDuring(() => work(threads));
  expect(beside).toBeLessThan(here / 2);
});
