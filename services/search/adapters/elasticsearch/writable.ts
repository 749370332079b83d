import { Unfit } from '../../../../shared/errors.ts';
import type { Cluster } from './cluster.ts';
import { blocked } from './fitness.ts';

const timeoutMs = 900;

/** Throws `Unfit` when changes can't be written to the index, though searches may go on. */
export async function expectWritable(cluster: Cluster, name: string): Promise<void> {
  const mine = `${name}.*`;
  type Health = { status?: 'green' | 'yellow' | 'red' };
  type Settings = Record<string, { settings?: Record<string, string> }>;
  const [{ status }, settings] = await Promise.all([
    cluster.call<Health>({ method: 'GET', path: `/_cluster/health/${mine}?filter_path=status` }, timeoutMs),
    cluster.call<Settings>({ method: 'GET', path: `/${mine}/_settings/index.blocks.*?flat_settings=true` }, timeoutMs),
  ]);
  const blocks = Object.values(settings).flatMap((one) => Object.entries(one.settings ?? {}));
  const set = blocks.filter(([, value]) => value === 'true').map(([block]) => block);
  if (set.length > 0) throw new Unfit(blocked(set.join(' ')));
  if (status === 'red') throw new Unfit('Elasticsearch has lost parts of the index: its health is red');
}
