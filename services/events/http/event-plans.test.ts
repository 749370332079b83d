import { expect, test } from 'bun:test';
import { errorReply, toAppError } from '../../../shared/http/errors.ts';
import { generatePlan } from '../domain/plan/generate-plan.ts';
import { planHash } from '../domain/plan/plan-hash.ts';
import type { EventPlan, Plans } from '../domain/plan/plans.ts';
import { planWorkHere } from '../plan-work.ts';
import { eventPlanRoutes } from './event-plans.ts';

const uuid = '7c0f7d6e-5c1b-4b52-9e0c-1d7c3a5b9f01';

/** The routes over one plan, which only venues of `hasIt` have, and how often they read it and its event. */
function routesWith(name: string, event: Partial<EventPlan>, hasIt = true) {
  const plan = generatePlan({ name, sections: [{ name: 'A', rows: 2, seats: 3 }] });
  const hash = planHash(plan);
  const reads = { events: 0, plans: 0 };
  const plans = {
    async ofEvent() {
      reads.events++;
      return { isDraft: false, organiserUuid: null, hash, ...event };
    },
    async byHash() {
      reads.plans++;
      return hasIt ? JSON.stringify(plan) : undefined;
    },
  } as Partial<Plans> as Plans;
  const app = eventPlanRoutes({ planWork: planWorkHere, plans });
  app.onError((error, c) => errorReply(c, toAppError(error)));
  const path = `/api/v1/management/events/${uuid}/plan`;
  return { reads, current: () => app.request(path), byHash: () => app.request(`${path}/${hash}`) };
}

test('a plan is read once for all who ask for it at a time, and by its hash then looked up no more', async () => {
  const { reads, byHash } = routesWith('Crowd', {});
  const responses = await Promise.all(Array.from({ length: 20 }, byHash));
  expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(reads).toEqual({ events: 20, plans: 1 });
  expect((await byHash()).headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(reads).toEqual({ events: 20, plans: 1 });
});

test('a draft’s event is looked up each time', async () => {
  const { reads, byHash } = routesWith('Draft', { isDraft: true });
  for (const times of [1, 2]) {
    expect((await byHash()).headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
    expect(reads.events).toBe(times);
  }
});

test('a known plan is not found by an event of a venue without it', async () => {
  expect((await routesWith('Elsewhere', {}).byHash()).status).toBe(200);
  expect((await routesWith('Elsewhere', { hash: null }, false).byHash()).status).toBe(404);
});

test('the current plan of an event is looked up each time', async () => {
  const { reads, current } = routesWith('Current', {});
  for (const times of [1, 2]) {
    expect((await current()).headers.get('cache-control')).toBe('no-cache');
    expect(reads).toEqual({ events: times, plans: 1 });
  }
});
