import type { Clock } from '../../../../shared/async/clock.ts';
import type { Cluster } from './cluster.ts';
import type { Build } from './names.ts';

const beatMs = 20_000;
const silentAfterMs = 5 * 60_000;
const timeoutMs = 5000;

/** Notes that say of each build that its process is alive, as each beat changes them. */
export function createHeartbeats(cluster: Cluster, notes: string, clock: Clock) {
  /** The last beat of each build, and when it was first seen: by the clock of this process, as others may go wrong. */
  const seen = new Map<string, { beat: number | undefined; atMs: number }>();
  const path = (build: Build) => `/${notes}/_doc/build.${build.id}`;
  const beat = (build: Build) =>
    cluster.call({ method: 'PUT', path: path(build), body: { at: clock.now() } }, timeoutMs);

  return {
    /** Resolves when the build counts as alive; the function that it returns ends that. */
    async start(build: Build): Promise<() => Promise<void>> {
      await beat(build);
      const timer = setInterval(() => beat(build).catch(() => {}), beatMs);
      return async () => {
        clearInterval(timer);
        await this.forget(build);
      };
    },

    /** Returns those of all builds that have had no new beat for minutes of calls. */
    async silent(builds: Build[]): Promise<Build[]> {
      for (const id of seen.keys()) if (!builds.some((build) => build.id === id)) seen.delete(id);
      if (builds.length === 0) return [];
      type Answer = { docs: { _source?: { at: number } }[] };
      const body = { ids: builds.map((build) => `build.${build.id}`) };
      const { docs } = await cluster.call<Answer>({ method: 'POST', path: `/${notes}/_mget`, body }, timeoutMs);
      const now = clock.now();
      return builds.filter(({ id }, i) => {
        const beat = docs[i]?._source?.at;
        const known = seen.get(id);
        if (!known || known.beat !== beat) seen.set(id, { beat, atMs: now });
        return now - seen.get(id)!.atMs > silentAfterMs;
      });
    },

    async forget(build: Build): Promise<void> {
      await cluster.call({ method: 'DELETE', path: path(build) }, timeoutMs).catch(() => {});
    },
  };
}

export type Heartbeats = ReturnType<typeof createHeartbeats>;
