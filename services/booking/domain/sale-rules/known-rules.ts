import { LRUCache } from 'lru-cache';
import type { Tickets } from '../seats/tickets.ts';
import type { EventRules } from './event-rules.ts';

/**
 * A cache of the rules of events, so that a sale reads none of them: they refuse before a lock is taken, and the
 * database decides.
 */
export type KnownRules = {
  /** Returns the rules, perhaps outdated: those of an event in demand by a second at most. Undefined without the event. */
  of(eventUuid: string): Promise<EventRules | undefined>;
  /** Returns the rules as they were at most a second ago. */
  fresh(eventUuid: string): Promise<EventRules | undefined>;
  /** Reads them anew next time. */
  forget(eventUuid: string): void;
  /** Returns the database's time of now, as far as is known. */
  timeBy(rules: EventRules): number;
};

type Known = { rules: EventRules; begunAt: number };

/** With the time of a read this stays below a second. */
const freshMs = 500;

/** All requests of an event share its reads. One that finds old rules goes on with them, while they are read anew. */
export function knownRules(
  tickets: Pick<Tickets, 'rulesOf'>,
  options: { nowMs?: () => number; freshMs?: number } = {},
): KnownRules {
  const nowMs = options.nowMs ?? Date.now;
  const maxAgeMs = options.freshMs ?? freshMs;
  const known = new LRUCache<string, Known>({ max: 20_000 });
  const underWay = new Map<string, Promise<EventRules | undefined>>();
  /** By the rules: when they came, by the clock of this process. */
  const cameAt = new WeakMap<EventRules, number>();

  const isFresh = (one: Known | undefined): one is Known => one !== undefined && nowMs() - one.begunAt < maxAgeMs;

  function read(eventUuid: string): Promise<EventRules | undefined> {
    const earlier = underWay.get(eventUuid);
    if (earlier) return earlier;
    const reading = readNow(eventUuid).finally(() => {
      if (underWay.get(eventUuid) === reading) underWay.delete(eventUuid);
    });
    underWay.set(eventUuid, reading);
    return reading;
  }

  async function readNow(eventUuid: string): Promise<EventRules | undefined> {
    const begunAt = nowMs();
    const rules = await tickets.rulesOf(eventUuid);
    if (rules) cameAt.set(rules, nowMs());
    // A later read may have ended sooner.
    if ((known.peek(eventUuid)?.begunAt ?? begunAt) > begunAt) return rules;
    if (rules) known.set(eventUuid, { rules, begunAt });
    else known.delete(eventUuid);
    return rules;
  }

  return {
    async of(eventUuid) {
      const one = known.get(eventUuid);
      if (!one) return await read(eventUuid);
      if (!isFresh(one)) read(eventUuid).catch(() => {});
      return one.rules;
    },

    async fresh(eventUuid) {
      const one = known.get(eventUuid);
      return isFresh(one) ? one.rules : await read(eventUuid);
    },

    forget(eventUuid) {
      known.delete(eventUuid);
      underWay.delete(eventUuid);
    },

    timeBy: (rules) => rules.readAt + nowMs() - (cameAt.get(rules) ?? nowMs()),
  };
}
