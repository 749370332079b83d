import { isMisfit } from '../../../shared/db/outage.ts';
import { type AppError, isAppError } from '../../../shared/errors.ts';
import { inWords } from '../../../shared/process/failures.ts';
import type { Logger } from '../../../shared/process/log.ts';

/**
 * Does jobs that are repeated, and logs what keeps them from it. An outage is told once while it is new, in a sentence, and
 * so is its end; anything else is told each time, with its stack. Never rejects.
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
    // It may be a mistake of ours, which its own words show.
    if (isMisfit(err)) log.error({ job, reason, err }, 'the job failed and is tried until it works again');
    else log.warn({ job, reason }, 'the job failed and is tried until it works again');
  }
}

/** Which outage it is: the server that is away or why it can't do its work, however each call then ends. */
const nameOf = ({ cause, message }: AppError): string => (cause instanceof Error ? cause.message : message);
