import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../../shared/async/clock.ts';
import { unavailable } from '../../../../shared/errors.ts';
import type { Freshness } from '../../domain/index/search-index.ts';
import type { Cluster } from './cluster.ts';

/** A change waits for so long in the other processes. The look that it saves costs a server far less than a search. */
const keptMs = 200;
const readTimeoutMs = 500;
/** While none is known, as after a start, no search can go on without it: it is worth a search's whole wait. */
const firstReadTimeoutMs = 1300;
const writeTimeoutMs = 5000;

/** Where the index has not moved, its age is noted so often. */
const agedMs = 5000;

type Known = { generation: string; freshness: Freshness | undefined };

/**
 * Two notes. The generation is written anew after each change: from it other processes learn that their cached pages
 * are old. The position says how far the index has come.
 */
export function createGeneration(cluster: Cluster, notes: string, clock: Clock) {
  const pathOf = (note: string) => `/${notes}/_doc/${note}`;
  let known: Known | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  let isFailing = false;
  let reading: Promise<void> | undefined;
  let ownChanges = 0;
  let toNote: Freshness | undefined;
  let noted: Freshness | undefined;
  let noting: Promise<void> | undefined;

  /** At most a fifth of a second old. While Elasticsearch is away, the last that was known. */
  async function current(): Promise<string> {
    if (known !== undefined && clock.now() - askedAt < keptMs) return known.generation;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    if (known !== undefined && isFailing) reading.catch(() => {});
    else await reading.catch(throwUnlessKnown);
    return known!.generation;
  }

  function throwUnlessKnown(error: unknown): void {
    if (known === undefined) throw error;
  }

  async function read(): Promise<void> {
    const before = ownChanges;
    try {
      const found = await ask();
      // A value that was read before a change of this process may be older than that.
      if (before === ownChanges) known = found;
      isFailing = false;
    } catch (error) {
      isFailing = true;
      throw error;
    } finally {
      askedAt = clock.now();
    }
  }

  /** The position first: the generation is then of that state or a later one. */
  async function ask(): Promise<Known> {
    const timeoutMs = known === undefined ? firstReadTimeoutMs : readTimeoutMs;
    const request = { method: 'POST', path: `/${notes}/_mget`, body: { ids: ['position', 'generation'] } } as const;
    const { docs } = await cluster.call<{ docs: Note[] }>(request, timeoutMs);
    const [position, generation] = docs.map(sourceOf);
    return {
      generation: generation?.value ?? 'none',
      freshness: position && { position: BigInt(position.value), atMs: position.at ?? 0 },
    };
  }

  /** Call it when what has changed can be found. */
  async function changed(): Promise<void> {
    const value = randomUUID();
    await cluster.call({ method: 'PUT', path: pathOf('generation'), body: { value } }, writeTimeoutMs);
    ownChanges++;
    known = { generation: value, freshness: known?.freshness };
    askedAt = clock.now();
  }

  /** Reads now: a look that was begun before the call may be older. */
  async function look(): Promise<Freshness | undefined> {
    await reading?.catch(() => {});
    reading ??= read().finally(() => {
      reading = undefined;
    });
    await reading;
    return known?.freshness;
  }

  /** Notes the newest, one at a time: what comes while a note is written waits for the next. */
  async function reached(freshness: Freshness): Promise<void> {
    toNote = freshness;
    noting ??= note().finally(() => {
      noting = undefined;
    });
    await noting;
  }

  async function note(): Promise<void> {
    while (toNote && isWorthIt(toNote)) {
      const next: Freshness = toNote;
      const body = { value: String(next.position), at: next.atMs };
      await cluster.call({ method: 'PUT', path: pathOf('position'), body }, writeTimeoutMs);
      noted = next;
    }
  }

  const isWorthIt = ({ position, atMs }: Freshness) =>
    !noted || noted.position !== position || atMs - noted.atMs >= agedMs;

  return { current, changed, reached, look, freshness: () => known?.freshness };
}

type Note = {
  found?: boolean;
  _source?: { value: string; at?: number };
  error?: { type: string; reason?: string };
};

/** Before the first build the index of notes is not there. */
function sourceOf({ _source, error }: Note): Note['_source'] {
  if (!error || error.type === 'index_not_found_exception') return _source;
  throw unavailable('Elasticsearch', new Error(`${error.type}: ${error.reason}`));
}
