import type { Admin, Consumer } from 'kafkajs';
import { sleep } from '../../../../shared/async/clock.ts';
import type { Logger } from '../../../../shared/process/log.ts';
import type { ChangeHandlers } from '../../domain/changes/change-source.ts';
import type { OnDemand } from './client.ts';
import { isLost, type PartitionState, type Place, placesSince, readPartitions } from './offsets.ts';
import type { Topics } from './topics.ts';

/** The partitions that the group has given to this member. */
export type Assignment = Record<string, number[]>;

export type PreparationDeps = {
  admin: OnDemand<Admin>;
  /** A client that has asked nothing yet; to be closed. */
  openAdmin(): OnDemand<Admin>;
  consumer: Consumer;
  group: string;
  topics: Topics;
  onConnect: ChangeHandlers['onConnect'];
  now: () => number;
  log: Logger;
};

/**
 * A commit can be in the log, and so in Kafka, for a moment before a query sees it: what is that young is read again.
 */
const rewindMs = 60_000;

/**
 * Makes a member ready for its partitions. The member that reads the notifications looks after all partitions: those of
 * which something was lost are a gap, and once it is filled their offsets are committed, which ends the gap for the
 * whole group. Returns false while another member has still to do so.
 */
export async function prepare(deps: PreparationDeps, assignment: Assignment): Promise<boolean> {
  const { admin, consumer, topics, onConnect, now, log } = deps;
  const lost = await findLost(deps);
  if (lost.length > 0 && !readsNotifications(deps, assignment)) return false;
  const places = await admin.run((client) => placesSince(client, lost, now() - rewindMs), 5000);
  // Of a snapshot that has ended there is nothing to learn any more: everything is read now.
  for (const place of places) if (place.topic === topics.notifications) place.offset = lost.find(isOf(place))!.high;
  if (lost.length > 0) log.warn({ lost: lost.map(described) }, 'change source: changes are missing; all is read anew');
  await onConnect({ gap: lost.length > 0 });
  await consumer.commitOffsets(places.map(toCommit));
  goTo(consumer, assignment, places);
  return true;
}

/**
 * Returns whether nothing was lost since, as far as this member looks after it: the library itself goes on behind what
 * it cannot find, and a partition in which nothing is written any more would never show it.
 */
export async function isIntact(group: Group, assignment: Assignment): Promise<boolean> {
  return !readsNotifications(group, assignment) || (await findLost(group)).length === 0;
}

type Group = Pick<PreparationDeps, 'admin' | 'openAdmin' | 'group' | 'topics'>;

/** A broker that was away may for a moment not know how far a log goes. */
const secondLookMs = 250;

/** A loss makes everything be read anew, so it is believed when a second client, newly connected, sees it too. */
async function findLost({ admin, openAdmin, group, topics }: Group): Promise<PartitionState[]> {
  const all = [...topics.tables, topics.notifications];
  const look = async (from: OnDemand<Admin>) =>
    (await from.run((client) => readPartitions(client, group, all), 5000)).filter(isLost);
  const seen = await look(admin);
  if (seen.length === 0) return [];
  await sleep(secondLookMs);
  const second = openAdmin();
  try {
    return (await look(second)).filter((one) => seen.some(isOf(one)));
  } finally {
    await second.close();
  }
}

const readsNotifications = ({ topics }: Group, assignment: Assignment) =>
  (assignment[topics.notifications] ?? []).length > 0;

function goTo(consumer: Consumer, assignment: Assignment, places: Place[]): void {
  for (const { topic, partition, offset } of places) {
    if (assignment[topic]?.includes(partition)) consumer.seek({ topic, partition, offset: String(offset) });
  }
}

const isOf = (place: Pick<Place, 'topic' | 'partition'>) => (one: PartitionState) =>
  one.topic === place.topic && one.partition === place.partition;

const described = ({ topic, partition, low, high, committed }: PartitionState) =>
  `${topic}/${partition}: ${committed === undefined ? 'none handled' : `handled to ${committed}`}, there are ${low} to ${high}`;

const toCommit = ({ topic, partition, offset }: Place) => ({ topic, partition, offset: String(offset) });
