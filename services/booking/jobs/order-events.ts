import type { OrderEvents } from '../domain/order/order-events.ts';
import type { Job } from './job.ts';

/** Of one run, so that the jobs after it go on. */
const batches = 20;
/** For so long a process of the release before may still be selling beside this one. */
const rolloutMs = 3_600_000;

/** Fills the events of orders of the release before; once all are filled it does nothing any more. */
export function orderEventsJob(orderEvents: OrderEvents, nowMs = () => performance.now()): Job {
  const startedAt = nowMs();
  let isFinished = false;
  return {
    name: 'order events',
    async run() {
      for (let batch = 0; batch < batches && !isFinished; batch++) {
        const state = await orderEvents.fillSome();
        isFinished = state === 'finished';
        if (state === 'caught up' && nowMs() - startedAt >= rolloutMs) await orderEvents.finish();
        if (state !== 'more') return;
      }
    },
  };
}
