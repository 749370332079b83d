import { sleep } from '../../../../shared/async/clock.ts';
import { unavailable } from '../../../../shared/errors.ts';
import type { EventDocument } from '../../domain/index/event-document.ts';
import type { Rejected } from '../../domain/index/search-index.ts';
import { termsOf, togetherOf } from '../../domain/relevance/terms.ts';
import { attributes } from './attributes.ts';
import { type Cluster, isPassing } from './cluster.ts';

/** A document to write, as the two lines that a bulk request has for it. */
type Entry = { id: number; lines: string };

export type Written = {
  rejected: Rejected[];
  /** The alias was not there, so some or all was not written. */
  isTargetGone: boolean;
};

/** So few that one is made while another is written, also in a batch of some thousands. */
const chunkEntries = 500;
const chunksAtOnce = 2;
const chunkChars = 4_000_000;
const chunkTimeoutMs = 30_000;
const attempts = 6;

export function upsertEntry(document: EventDocument, version: bigint): Entry {
  const terms = termsOf(document);
  const found = { ...attributes(document), terms: { ...terms, ...togetherOf(terms) } };
  return entry(document.id, version, { ...document, ...found, gone: false });
}

/** A deletion stays in the index as a document: Elasticsearch forgets what versions its own deletions had. */
export function deleteEntry(id: number, version: bigint, nowMs: number): Entry {
  return entry(id, version, { id, gone: true, gone_at: nowMs });
}

/** Entries to write, made one by one as they are taken; each id once. */
export type Entries = Iterable<Entry> | AsyncIterable<Entry>;

/**
 * Writes entries through an alias. An entry older than what is there is passed over. Entries that Elasticsearch is too
 * busy for are sent again after pauses, a few seconds long in all; then `unavailable` is thrown.
 *
 * While Elasticsearch works on some entries the next are read and made, so they should be made when they are taken. Of
 * all of them no more than two requests' are kept, and those of one being made; and none is taken after a failure.
 */
export async function writeEntries(cluster: Cluster, alias: string, entries: Entries): Promise<Written> {
  const written: Written = { rejected: [], isTargetGone: false };
  const rest = chunks(entries);
  const write = async () => {
    for await (const chunk of rest) {
      const { rejected, isTargetGone } = await writeChunk(cluster, alias, chunk);
      written.rejected.push(...rejected);
      written.isTargetGone ||= isTargetGone;
      // To leave ends the entries, for all.
      if (isTargetGone) break;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: chunksAtOnce }, write));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return written;
}

/** A version has 64 bits, which only its own digits can carry. */
function entry(id: number, version: bigint, source: object): Entry {
  const action = `{"index":{"_id":"${id}","version":${version},"version_type":"external_gte"}}`;
  return { id, lines: `${action}\n${JSON.stringify({ ...source, version: version.toString() })}\n` };
}

async function* chunks(entries: Entries): AsyncGenerator<Entry[], void, undefined> {
  let chunk: Entry[] = [];
  let chars = 0;
  for await (const one of entries) {
    if (chunk.length > 0 && (chunk.length === chunkEntries || chars + one.lines.length > chunkChars)) {
      yield chunk;
      chunk = [];
      chars = 0;
    }
    chunk.push(one);
    chars += one.lines.length;
  }
  if (chunk.length > 0) yield chunk;
}

async function writeChunk(cluster: Cluster, alias: string, chunk: Entry[]): Promise<Written> {
  const rejected: Rejected[] = [];
  let rest = chunk;
  let trouble: unknown;
  for (let attempt = 0; attempt < attempts; attempt++) {
    if (attempt > 0) await sleep(pauseMs(attempt));
    const sent = await sendOnce(cluster, alias, rest);
    rejected.push(...sent.rejected);
    if (sent.isTargetGone) return { rejected, isTargetGone: true };
    if (sent.busy.length === 0) return { rejected, isTargetGone: false };
    rest = sent.busy;
    trouble = sent.trouble;
  }
  throw unavailable('Elasticsearch', trouble);
}

type Sent = Written & { busy: Entry[]; trouble?: unknown };

async function sendOnce(cluster: Cluster, alias: string, entries: Entry[]): Promise<Sent> {
  const path = `/${alias}/_bulk?require_alias=true&filter_path=errors,items.*.status,items.*.error`;
  try {
    const lines = entries.map((one) => one.lines).join('');
    return outcome(entries, await cluster.send<BulkAnswer>(path, lines, chunkTimeoutMs));
  } catch (error) {
    if (!isPassing(error)) throw error;
    return { rejected: [], isTargetGone: false, busy: entries, trouble: error };
  }
}

type BulkAnswer = { errors: boolean; items: { index: { status: number; error?: ItemError } }[] };
type ItemError = { type: string; reason?: string; caused_by?: { reason?: string } };

/** Other errors (a block, a right that is missing) are the index's: once that is mended the same document is taken. */
const isForDocument = (status: number) => status === 400 || status === 413;

function outcome(entries: Entry[], answer: BulkAnswer): Sent {
  const sent: Sent = { rejected: [], isTargetGone: false, busy: [] };
  if (!answer.errors) return sent;
  for (const [i, { index }] of answer.items.entries()) {
    const { status, error } = index;
    // 409: what is there is newer.
    if (!error || status === 409) continue;
    if (status === 404) sent.isTargetGone = true;
    else if (isForDocument(status)) sent.rejected.push({ id: entries[i]!.id, cause: causeOf(error) });
    else {
      sent.busy.push(entries[i]!);
      sent.trouble = new Error(`${error.type}: ${error.reason}`);
    }
  }
  return sent;
}

const causeOf = ({ type, reason, caused_by }: ItemError): string =>
  [type, reason, caused_by?.reason].filter(Boolean).join(': ').slice(0, 1000);

const pauseMs = (attempt: number): number => 50 * 2 ** attempt * (0.5 + Math.random());
