import { inThreads } from '../../shared/process/threads.ts';
import type { PlanWork } from './domain/plan/plan-work.ts';
import { planWork } from './plan-work.ts';

const file = new URL('./plan-worker.ts', import.meta.url);
const usual = { about: 'seating plans', most: 1, timeLimitMs: 30_000, idleMs: 10_000 };
/** A file may have 32 MiB, and is in memory as long as it waits. */
const waitingFiles = 8;
/** Each is asked for once, however many fans ask. */
const waitingPages = 100;

/** Does the long calculations on seating plans beside the event loop. A fan's page does not wait for organisers' files. */
export function planThreads(): PlanWork & { close(): Promise<void> } {
  const files = inThreads(planWork, file, { ...usual, waiting: waitingFiles });
  const pages = inThreads(planWork, file, { ...usual, waiting: waitingPages });
  return {
    ...files.work,
    page: pages.work.page,
    close: async () => void (await Promise.all([files.close(), pages.close()])),
  };
}
