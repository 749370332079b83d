import type { Change } from './change-source.ts';

/**
 * Port: changes that could not be read, kept for a person to look at. Throws `unavailable` while its server is away.
 */
export type DeadLetters = {
  /** Resolves when the change is kept; a repeated change may be kept again. */
  put(change: Change, cause: string): Promise<void>;
};
