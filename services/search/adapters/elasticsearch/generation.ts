import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../../shared/async/clock.ts';
import { type Cluster, statusOf } from './cluster.ts';

const keptMs = 500;
const readTimeoutMs = 500;
/** While none is known, as after a start, no search can go on without it: it is worth a search's whole wait. */
const firstReadTimeoutMs = 1300;
const writeTimeoutMs = 5000;

/** A note that is written anew after each change: from it other processes learn that their cached pages are old. */
export function createGeneration(cluster: Cluster, notes: string, clock: Clock) {
  const path = `/${notes}/_doc/generation`;
  let known: string | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let isFailing = false;
  let reading: Promise<void> | undefined;
  let ownChanges = 0;

  /** At most half a second old. While Elasticsearch is away, the last that was known. */
  async function current(): Promise<string> {
    if (known !== undefined && clock.now() - askedAt < keptMs) return known;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    if (known !== undefined && isFailing) reading.catch(() => {});
    else await reading.catch(throwUnlessKnown);
    return known!;
  }

  function throwUnlessKnown(error: unknown): void {
    if (known === undefined) throw error;
  }

  async function read(): Promise<void> {
    const before = ownChanges;
    try {
      const value = await ask();
      // A value that was read before a change of this process may be older than that.
      if (before === ownChanges) known = value;
      isFailing = false;
    } catch (error) {
      isFailing = true;
      throw error;
    } finally {
      askedAt = clock.now();
    }
  }

  async function ask(): Promise<string> {
    type Answer = { _source: { value: string } };
    try {
      const timeoutMs = known === undefined ? firstReadTimeoutMs : readTimeoutMs;
      return (await cluster.call<Answer>({ method: 'GET', path }, timeoutMs))._source.value;
    } catch (error) {
      if (statusOf(error) === 404) return 'none';
      throw error;
    }
  }

  /** Call it when what has changed can be found. */
  async function changed(): Promise<void> {
    const value = randomUUID();
    await cluster.call({ method: 'PUT', path, body: { value } }, writeTimeoutMs);
    ownChanges++;
    known = value;
    askedAt = clock.now();
  }

  return { current, changed };
}
