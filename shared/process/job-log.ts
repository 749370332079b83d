import { isMisfit } from '../db/outage.ts';
import { type AppError, isAppError } from '../errors.ts';
import { inWords } from './failures.ts';
import type { Logger } from './log.ts';

/**
 * Runs repeated jobs, and logs their failures. An outage is logged once, in a sentence, and so is its end; any other
 * failure is logged each time, with its stack. Never rejects.
 */
export function jobLog(log: Logger) {
  const outages = new Map<string, string>();
  return {
    async run(job: string, work: () => Promise<unknown>): Promise<void> {
      try {
        await work();
      } catch (err) {
        return failed(job, err);
      }
      if (outages.delete(job)) log.info({ job }, 'the job works again');
    },
  };

  function failed(job: string, err: unknown): void {
    if (!isAppError(err, 'unavailable')) {
      log.warn({ job, err }, 'the job failed and is tried again');
      return;
    }
    const outage = nameOf(err);
    if (outages.get(job) === outage) return;
    outages.set(job, outage);
    const [reason] = inWords(err).split('\n');
    // It may be a bug, which its own message shows.
    if (isMisfit(err)) log.error({ job, reason, err }, 'the job failed and is tried until it works again');
    else log.warn({ job, reason }, 'the job failed and is tried until it works again');
  }
}

/** Names the outage: the server that is away or the reason why it can't work, whatever each call's own error is. */
const nameOf = ({ cause, message }: AppError): string => (cause instanceof Error ? cause.message : message);
