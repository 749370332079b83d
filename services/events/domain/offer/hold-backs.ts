import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Actor } from '../../../../shared/auth/actor.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { SeatFeed } from '../../../../shared/feed/seat-feed.ts';
import { eventNotFound } from '../event/errors.ts';
import { holdBackNotFound } from './errors.ts';
import type { Offers } from './offer.ts';

/** A hold-back as it stands: `seats` are those that it still keeps from the sale. */
export type HoldBackState = {
  uuid: string;
  eventUuid: string;
  organiserUuid: string | null;
  name: string;
  seats: number;
  /** RFC 3339, UTC. */
  releaseAt: string | null;
  releasedAt: string | null;
};

/** Port: the hold-backs of events. Throws `unavailable`. */
export type HoldBacks = {
  ofEvent(eventUuid: string): Promise<HoldBackState[]>;
  find(uuid: string): Promise<HoldBackState | undefined>;
  /** Puts its seats on sale, once, and notes it in the audit log, in one transaction; returns how many they were. */
  release(author: Author, uuid: string): Promise<number>;
  /** Returns some of the hold-backs whose time to be released has come. */
  due(most: number): Promise<{ uuid: string; eventUuid: string }[]>;
};

export type HoldBackPorts = { holdBacks: HoldBacks; feed: Pick<SeatFeed, 'publish'> };

/** Returns the hold-backs of an event. */
export async function listHoldBacks(
  { offers, holdBacks }: { offers: Offers; holdBacks: HoldBacks },
  { actor, eventUuid }: { actor: Actor; eventUuid: string },
): Promise<HoldBackState[]> {
  organised(actor, await offers.event(eventUuid), 'read', eventNotFound);
  return holdBacks.ofEvent(eventUuid);
}

/** Puts the seats of a hold-back on sale, and returns it as it stands then. Again, it changes nothing. */
export async function releaseHoldBack(
  { holdBacks, feed }: HoldBackPorts,
  author: Author,
  uuid: string,
): Promise<HoldBackState> {
  const { eventUuid } = organised(author.actor, await holdBacks.find(uuid), 'manage', holdBackNotFound);
  await holdBacks.release(author, uuid);
  feed.publish(eventUuid);
  const released = await holdBacks.find(uuid);
  if (!released) throw holdBackNotFound();
  return released;
}

const releasedAtOnce = 20;

/** Releases the hold-backs whose time has come; returns how many. */
export async function releaseDueHoldBacks({ holdBacks, feed }: HoldBackPorts): Promise<number> {
  const due = await holdBacks.due(releasedAtOnce);
  for (const { uuid, eventUuid } of due) {
    await holdBacks.release({ actor: { is: 'system' } }, uuid);
    feed.publish(eventUuid);
  }
  return due.length;
}
