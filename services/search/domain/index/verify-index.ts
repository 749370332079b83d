import { type Clock, sleep as realSleep, systemClock } from '../../../../shared/async/clock.ts';
import type { Catalogue } from './catalogue.ts';
import { type EventDocument, isSameButForDemand } from './event-document.ts';
import type { SearchIndex } from './search-index.ts';

/** An event that the index does not have, has though it is gone, or has otherwise than the database. */
export type Difference = { kind: 'missing' | 'extra' | 'different'; document: EventDocument };

export type Verdict = { agreed: number; differences: Difference[] };

export type VerifyDeps = {
  catalogue: Pick<Catalogue, 'all'>;
  index: Pick<SearchIndex, 'scan'>;
  /** How long to look again at events that differ: a change may be under way. */
  patienceMs?: number;
  batchSize?: number;
  clock?: Clock;
  sleep?: (ms: number) => Promise<void>;
};

const pauseMs = 500;

/**
 * Compares every row of the database with every document of the index, side by side in the order of their ids. An event
 * counts as different only if it differs in every look for some seconds, and not for its demand alone. Throws `unavailable` when either is away.
 */
export async function verifyIndex(deps: VerifyDeps): Promise<Verdict> {
  const { patienceMs = 5000, clock = systemClock, sleep = realSleep } = deps;
  const until = clock.now() + patienceMs;
  let look = await compare(deps);
  let lasting = look.differences;
  while (lasting.size > 0 && clock.now() < until) {
    await sleep(pauseMs);
    look = await compare(deps);
    lasting = new Map([...look.differences].filter(([id]) => lasting.has(id)));
  }
  const underWay = look.differences.size - lasting.size;
  return { agreed: look.agreed + underWay, differences: [...lasting.values()] };
}

type Look = { agreed: number; differences: Map<number, Difference> };

async function compare({ catalogue, index, batchSize = 1000 }: VerifyDeps): Promise<Look> {
  const rows = oneByOne(catalogue.all(batchSize));
  const documents = oneByOne(index.scan(batchSize));
  const differences = new Map<number, Difference>();
  const note = (kind: Difference['kind'], document: EventDocument) => differences.set(document.id, { kind, document });
  let agreed = 0;
  try {
    let row = await next(rows);
    let document = await next(documents);
    while (row || document) {
      const order = (row?.id ?? Number.POSITIVE_INFINITY) - (document?.id ?? Number.POSITIVE_INFINITY);
      if (order < 0) note('missing', row!);
      else if (order > 0) note('extra', document!);
      else if (isSameButForDemand(row!, document!)) agreed++;
      else note('different', row!);
      if (order <= 0) row = await next(rows);
      if (order >= 0) document = await next(documents);
    }
  } finally {
    await Promise.all([rows.return(), documents.return()]);
  }
  return { agreed, differences };
}

async function* oneByOne(batches: AsyncIterable<EventDocument[]>): AsyncGenerator<EventDocument, void, void> {
  for await (const batch of batches) yield* batch;
}

const next = async (documents: AsyncGenerator<EventDocument, void, void>): Promise<EventDocument | undefined> =>
  (await documents.next()).value ?? undefined;
