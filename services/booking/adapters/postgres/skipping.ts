import type { Db } from '../../../../shared/db/client.ts';
import type { GatheredOptions } from '../../../../shared/db/gathered.ts';
import { isAppError } from '../../../../shared/errors.ts';
import { ofAllEvents } from './events-of.ts';

/** How a statement treats rows that another transaction has locked. */
export type How = 'waits' | 'skips';

type Options<I, O> = GatheredOptions<I> & {
  /** Does the work of several items in one statement; undefined for an item without a result. */
  work(on: Db['sql'], items: I[], how: How): Promise<(O | undefined)[]>;
  eventOf(item: I): string | Promise<string>;
};

/**
 * Gathers work of all events in one statement that skips locked rows. Skipped items are done one by one and wait for
 * their rows: on a share apart from that of their event, so that its other buyers go on.
 */
export function skipping<I, O>(
  { run, share, gathered }: Pick<Db, 'run' | 'share' | 'gathered'>,
  { work, eventOf, ...options }: Options<I, O>,
): (item: I) => Promise<O | undefined> {
  const quickly = gathered((on, items: I[]) => work(on, items, 'skips'), options);
  const alone = (item: I) =>
    run(async () => (await share(`${await eventOf(item)} alone`, (on) => work(on, [item], 'waits')))[0]);
  return async (item) => (await quickly(ofAllEvents, item).catch(unlessUnavailable)) ?? (await alone(item));
}

/** Returns undefined for a failure that another item may have caused; throws if the server is away. */
function unlessUnavailable(error: unknown): undefined {
  if (isAppError(error, 'unavailable')) throw error;
}
