import { expect } from 'bun:test';
import { eventually } from './eventually.ts';
import { type OwnRedis, startRedis } from './redis-server.ts';

const slots = 16_384;
const size = 3;

/** A test's own Redis cluster: three nodes with a third of the slots each. */
export type OwnCluster = {
  nodes: OwnRedis[];
  /** The place among `nodes` of the one that has `key`; a moved slot is still where it was at first. */
  placeOf(key: string): Promise<number>;
  /** Moves the slot of `key` with all it holds from one node to another. */
  moveSlot(key: string, from: OwnRedis, to: OwnRedis): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts a cluster; a node counts as failed only after a minute, so that a test may hang one. `more` has options of
 * each node, such as the port that it tells clients.
 */
export async function startCluster(more: string[][] = []): Promise<OwnCluster> {
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '60000'];
  const nodes = await Promise.all(Array.from({ length: size }, (_, i) => startRedis(...options, ...(more[i] ?? []))));
  await form(nodes);
  const slotOf = async (key: string) => Number(await nodes[0]!.command('CLUSTER', 'KEYSLOT', key));
  return {
    nodes,
    async placeOf(key) {
      const slot = await slotOf(key);
      return nodes.findIndex((_, i) => slot >= bound(i) && slot < bound(i + 1));
    },
    moveSlot: async (key, from, to) => moveSlot(String(await slotOf(key)), from, to),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

async function form(nodes: OwnRedis[]): Promise<void> {
  for (const [i, { command }] of nodes.entries()) {
    await command('CLUSTER', 'ADDSLOTSRANGE', String(bound(i)), String(bound(i + 1) - 1));
  }
  for (const { port } of nodes.slice(1)) await nodes[0]!.command('CLUSTER', 'MEET', '127.0.0.1', String(port));
  await eventually(async () => {
    for (const { command } of nodes) {
      const info = String(await command('CLUSTER', 'INFO'));
      expect(info).toContain('cluster_state:ok');
      expect(info).toContain(`known_nodes:${nodes.length}`);
    }
  }, 30_000);
}

const bound = (i: number) => Math.round((i * slots) / size);

async function moveSlot(slot: string, from: OwnRedis, to: OwnRedis): Promise<void> {
  const [fromId, toId] = (await Promise.all([from, to].map((node) => node.command('CLUSTER', 'MYID')))) as string[];
  await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId!);
  await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId!);
  const keys = (await from.command('CLUSTER', 'GETKEYSINSLOT', slot, '100')) as string[];
  for (const key of keys) await from.command('MIGRATE', '127.0.0.1', String(to.port), key, '0', '5000');
  for (const node of [to, from]) await node.command('CLUSTER', 'SETSLOT', slot, 'NODE', toId!);
}
