import type { Clock } from '../../../../shared/async/clock.ts';
import type { Cluster } from './cluster.ts';
import type { Build } from './names.ts';

const beatMs = 20_000;
const deadAfterMs = 5 * 60_000;
const timeoutMs = 5000;

/** Notes that say of each build when its process was last alive. */
export function createHeartbeats(cluster: Cluster, notes: string, clock: Clock) {
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

    /** Those whose process has not been alive for minutes. */
    async dead(builds: Build[]): Promise<Build[]> {
      if (builds.length === 0) return [];
      type Answer = { docs: { found?: boolean; _source?: { at: number } }[] };
      const body = { ids: builds.map((build) => `build.${build.id}`) };
      const { docs } = await cluster.call<Answer>({ method: 'POST', path: `/${notes}/_mget`, body }, timeoutMs);
      return builds.filter((_, i) => clock.now() - (docs[i]?._source?.at ?? Number.NEGATIVE_INFINITY) > deadAfterMs);
    },

    async forget(build: Build): Promise<void> {
      await cluster.call({ method: 'DELETE', path: path(build) }, timeoutMs).catch(() => {});
    },
  };
}

export type Heartbeats = ReturnType<typeof createHeartbeats>;
