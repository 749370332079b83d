import { serveThread } from '../../shared/process/threads.ts';
import { planWork } from './plan-work.ts';

// What a thread of `planThreads` runs; an entry of its own in the binary.
serveThread(planWork);
