import type { SeatFeed } from '../../../../shared/feed/seat-feed.ts';
import type { LockKey, TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import type { PlanWork } from '../plan/plan-work.ts';
import type { Plans } from '../plan/plans.ts';
import type { OfferedSeats, Offers, Operation, Seat } from './offer.ts';

export type OfferPorts = {
  offers: Offers;
  plans: Plans;
  planWork: PlanWork;
  locks: Pick<TicketLocks, 'list' | 'acquire' | 'release'>;
  feed: Pick<SeatFeed, 'publish'>;
};

/** An operation and the seats that it makes. */
export type RunningOffer = { operation: Operation; seats: OfferedSeats };

/** For so long no other process takes an operation whose process is silent. */
export const leaseMs = 15_000;

/** How much is done at once: a transaction of so many seats takes some tenths of a second. */
export type Batches = { seats: number; locks: number };
const usualBatches: Batches = { seats: 2500, locks: 500 };
/** `stopping`: between two batches, the rest is left to another process. */
export type RunOptions = { stopping?: AbortSignal; batches?: Batches };
/** Only for as long as a batch takes; the next one takes them anew. */
const lockTtlMs = 60_000;

/**
 * Makes the tickets of an offer, batch by batch, and deletes those of seats that the plan no longer has. It goes on
 * where an earlier process was, and may be done by several at once: each step is one transaction, and doing it again
 * changes nothing. A seat that was sold or held meanwhile is kept, and named by the operation.
 */
export async function runOffer(
  ports: OfferPorts,
  { operation, seats }: RunningOffer,
  { stopping, batches = usualBatches }: RunOptions = {},
): Promise<void> {
  const { offers, feed } = ports;
  const lockedBy = { operation, most: batches.locks };
  const { uuid, eventUuid, made } = operation;
  const total = seats.labels.length;
  const kept = new Set<string>();
  for (let from = operation.done; from < total; ) {
    if (stopping?.aborted) return offers.giveUp(uuid);
    const batch = { from, to: Math.min(from + batches.seats, total) };
    const toHoldBack = await offers.toHoldBack(uuid, heldBackLabels(seats, batch.from, batch.to));
    const written = await underLocks(ports, lockedBy, toHoldBack, (_, refused) => {
      const labels = refused.map(({ label }) => label);
      for (const label of labels) kept.add(label);
      return offers.write(uuid, seats, batch, labels, leaseMs);
    });
    if (!written) return;
    feed.publish(eventUuid);
    from = written.done;
  }
  const { free, sold } = await offers.others(eventUuid, seats.labels);
  const outside = sold.map(({ label }) => label);
  for (let at = 0; at < free.length; at += batches.locks) {
    if (stopping?.aborted) return offers.giveUp(uuid);
    const group = free.slice(at, at + batches.locks);
    const removed = await underLocks(ports, lockedBy, group, (locked) => offers.remove(uuid, locked, leaseMs));
    if (!removed) return;
    const gone = new Set(removed.map((seat) => seat.uuid));
    for (const seat of group) if (!gone.has(seat.uuid)) outside.push(seat.label);
    feed.publish(eventUuid);
  }
  await offers.finish(uuid, [...new Set([...made.kept, ...kept, ...outside])], outside);
  feed.publish(eventUuid);
}

/** Takes up an operation that nobody is at work on; returns false when there is none. */
export async function resumeOffer(ports: OfferPorts, options?: RunOptions): Promise<boolean> {
  const { offers, plans, planWork } = ports;
  const uuid = await offers.lease(leaseMs);
  const operation = uuid && (await offers.operation(uuid));
  if (!operation) return false;
  const plan = await plans.content(operation.made.planUuid);
  if (!plan) throw new Error(`the plan of the running operation ${uuid} has gone`);
  const checked = await planWork.seats(plan, operation.made.offer);
  if ('faults' in checked) throw new Error(`the offer of the running operation ${uuid} has faults`);
  await runOffer(ports, { operation, seats: checked.seats }, options);
  return true;
}

function heldBackLabels({ labels, heldBack }: OfferedSeats, from: number, to: number): string[] {
  const held: string[] = [];
  for (let i = from; i < to; i++) if (heldBack[i]! >= 0) held.push(labels[i]!);
  return held;
}

/**
 * Does `work` while the operation has the locks of these seats, so that nobody begins to hold one of them; those that
 * somebody holds are `refused`.
 */
async function underLocks<T>(
  { locks }: OfferPorts,
  { operation: { uuid: owner, eventUuid }, most }: { operation: Operation; most: number },
  seats: Seat[],
  work: (locked: Seat[], refused: Seat[]) => Promise<T>,
): Promise<T> {
  const taken: LockKey[] = [];
  const refused = new Set<string>();
  try {
    for (let at = 0; at < seats.length; at += most) {
      let wanted = seats.slice(at, at + most);
      while (wanted.length > 0) {
        const ticketUuids = wanted.map(({ uuid }) => uuid);
        const outcome = await locks.acquire({ eventUuid, ticketUuids, owner, ttlMs: lockTtlMs });
        if (outcome.ok) {
          taken.push(...outcome.holds);
          break;
        }
        for (const uuid of outcome.conflicts) refused.add(uuid);
        wanted = wanted.filter(({ uuid }) => !refused.has(uuid));
      }
    }
    return await work(
      seats.filter(({ uuid }) => !refused.has(uuid)),
      seats.filter(({ uuid }) => refused.has(uuid)),
    );
  } finally {
    for (let at = 0; at < taken.length; at += most) {
      await locks.release({ eventUuid, locks: taken.slice(at, at + most) });
    }
  }
}
