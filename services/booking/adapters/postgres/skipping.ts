import type { Db } from '../../../../shared/db/client.ts';
import type { GatheredOptions } from '../../../../shared/db/gathered.ts';
import { isAppError } from '../../../../shared/errors.ts';
import { ofAllEvents } from './events-of.ts';

/** What a statement does about rows that somebody else has locked. */
export type How = 'waits' | 'skips';

type Options<I, O> = GatheredOptions<I> & {
  /** Does the work of some items by one statement; undefined for an item that came to nothing. */
  work(on: Db['sql'], items: I[], how: How): Promise<(O | undefined)[]>;
  eventOf(item: I): string | Promise<string>;
};

/**
 * Makes one statement of work of all events, which skips the rows that somebody else has locked. Items that came to nothing by
 * that are done one by one, and wait for their rows: on a share beside that of their event, whose other buyers go on.
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

/** Undefined for a failure that need not be the item's own; where the server is away, trying again is in vain. */
function unlessUnavailable(error: unknown): undefined {
  if (isAppError(error, 'unavailable')) throw error;
}
