import { unavailable } from '../../../../shared/errors.ts';
import type { EventDocument } from '../../domain/index/event-document.ts';
import type { Rejected } from '../../domain/index/search-index.ts';
import { upsertEntry, writeEntries } from './bulk.ts';
import { type Cluster, statusOf } from './cluster.ts';
import type { Heartbeats } from './heartbeats.ts';
import { eventIndex, notesIndex } from './mapping.ts';
import type { Build, Names } from './names.ts';

const adminTimeoutMs = 30_000;
const copyTimeoutMs = 10 * 60_000;
const mergeTimeoutMs = 10 * 60_000;
const swapAttempts = 10;

/** Elasticsearch's versions are long integers. */
const greatestVersion = 2n ** 63n - 1n;

/** The version of the documents that were built, and a function that returns the newest that there can be. */
type Range = { version: bigint; newest(): Promise<bigint> };

export type RebuildDeps = { cluster: Cluster; names: Names; heartbeats: Heartbeats };

/**
 * Builds a new index beside the live one and lets it take its place. From its creation on, every process writes to
 * both; documents that were written to the live one alone before that, and are newer than `version`, are copied. A
 * build that fails or is killed leaves the live one as it is.
 */
export async function rebuild(
  deps: RebuildDeps,
  documents: AsyncIterable<EventDocument[]>,
  version: bigint,
  newest: () => Promise<bigint> = async () => greatestVersion,
): Promise<Rejected[]> {
  const { cluster, names, heartbeats } = deps;
  await ensureIndex(cluster, names.notes, notesIndex());
  const build = names.newBuild();
  const stopBeating = await heartbeats.start(build);
  try {
    await createBuild(cluster, build);
    const rejected = await fill(cluster, build, documents, version);
    await merge(cluster, build);
    await takeOver(deps, build, { version, newest });
    return rejected;
  } catch (error) {
    await removeIndex(cluster, build).catch(() => {});
    throw error;
  } finally {
    await stopBeating();
  }
}

/** Removes builds that are silent. A build has heartbeats from before it can be seen until after it is live. */
export async function removeSilent({ cluster, names, heartbeats }: RebuildDeps): Promise<void> {
  const { live, all } = await names.read();
  const silent = await heartbeats.silent(all.filter(({ id }) => id !== live?.id));
  if (silent.length === 0) return;
  const now = await names.read();
  for (const build of silent) {
    if (build.id === now.live?.id) continue;
    await removeIndex(cluster, build);
    await heartbeats.forget(build);
  }
}

async function fill(
  cluster: Cluster,
  build: Build,
  documents: AsyncIterable<EventDocument[]>,
  version: bigint,
): Promise<Rejected[]> {
  async function* entries() {
    for await (const batch of documents) for (const document of batch) yield upsertEntry(document, version);
  }
  const { rejected, isTargetGone } = await writeEntries(cluster, build.writeAlias, entries());
  if (isTargetGone) throw lostBuild(build);
  return rejected;
}

/**
 * Into one segment, for a search costs by the segment. A merge that takes longer goes on by itself; if it fails the
 * index is as right without.
 */
async function merge(cluster: Cluster, { index }: Build): Promise<void> {
  const path = `/${index}/_forcemerge?max_num_segments=1`;
  await cluster.call({ method: 'POST', path }, mergeTimeoutMs).catch(() => {});
}

/** Another build may take over first: then this one copies from that one, and takes its place. */
async function takeOver({ cluster, names }: RebuildDeps, build: Build, range: Range): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { live, all } = await names.read();
    if (!all.some(({ id }) => id === build.id)) throw lostBuild(build);
    try {
      if (live) await copyNewer(cluster, live, build, range);
      await refresh(cluster, build.index);
      await swap(cluster, names.search, live, build);
      if (live) await removeIndex(cluster, live).catch(() => {});
      return;
    } catch (error) {
      const isOvertaken = (await names.read()).live?.id !== live?.id;
      if (!isOvertaken || attempt === swapAttempts) throw error;
    }
  }
}

/** Copies the deletions of the last day as well, so that late changes still meet them. */
async function copyNewer(cluster: Cluster, live: Build, build: Build, { version, newest }: Range): Promise<void> {
  await refresh(cluster, live.index);
  const ours = { range: { version: { lte: (await newest()).toString() } } };
  const newer = { range: { version: { gt: version.toString() } } };
  const deleted = { range: { gone_at: { gte: 'now-1d' } } };
  const body = {
    conflicts: 'proceed',
    source: { index: live.index, query: { bool: { filter: [ours, { bool: { should: [newer, deleted] } }] } } },
    dest: { index: build.index, version_type: 'external_gte' },
  };
  type Answer = { failures: unknown[] };
  const { failures } = await cluster.call<Answer>({ method: 'POST', path: '/_reindex', body }, copyTimeoutMs);
  if (failures.length > 0) throw new Error(`copying newer documents failed: ${JSON.stringify(failures[0])}`);
}

/** Swaps all or nothing, and only if `live` is still the live one: an alias can have but one write index. */
async function swap(cluster: Cluster, alias: string, live: Build | undefined, build: Build): Promise<void> {
  const actions = [
    ...(live ? [{ remove: { index: live.index, alias, must_exist: true } }] : []),
    { add: { index: build.index, alias, is_write_index: true } },
  ];
  await cluster.call({ method: 'POST', path: '/_aliases', body: { actions } }, adminTimeoutMs);
}

/** Waits for every node: all processes that look for builds from now on see this one. */
async function createBuild(cluster: Cluster, build: Build): Promise<void> {
  const body = { ...eventIndex(), aliases: { [build.writeAlias]: {} } };
  type Answer = { acknowledged: boolean; shards_acknowledged: boolean };
  const answer = await cluster.call<Answer>({ method: 'PUT', path: `/${build.index}`, body }, adminTimeoutMs);
  if (!answer.acknowledged || !answer.shards_acknowledged) {
    throw unavailable('Elasticsearch', new Error('not every node has taken the new index in time'));
  }
}

async function ensureIndex(cluster: Cluster, index: string, body: object): Promise<void> {
  try {
    await cluster.call({ method: 'HEAD', path: `/${index}` }, adminTimeoutMs);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await cluster.call({ method: 'PUT', path: `/${index}`, body }, adminTimeoutMs).catch((failure) => {
      // 400: another process was first.
      if (statusOf(failure) !== 400) throw failure;
    });
  }
}

async function removeIndex(cluster: Cluster, { index }: Build): Promise<void> {
  await cluster.call({ method: 'DELETE', path: `/${index}` }, adminTimeoutMs).catch((error) => {
    if (statusOf(error) !== 404) throw error;
  });
}

async function refresh(cluster: Cluster, index: string): Promise<void> {
  await cluster.call({ method: 'POST', path: `/${index}/_refresh` }, adminTimeoutMs);
}

const lostBuild = ({ index }: Build) =>
  unavailable('Elasticsearch', new Error(`${index} was deleted while it was being built`));
