import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { eventually } from '../testing/eventually.ts';
import type { SeatFeed } from './seat-feed.ts';

export type SeatFeedHarness = {
  /** Two clients of the same server, like two processes. */
  feed: SeatFeed;
  otherProcess: SeatFeed;
  /** Cuts the subscribers' connections, and lets them come back. */
  disconnect(): Promise<void>;
  close(): Promise<void>;
};

/** The conformance suite of seat feeds. */
export function seatFeedConformance(name: string, start: () => Promise<SeatFeedHarness>): void {
  describe(`seat feed: ${name}`, () => {
    let harness: SeatFeedHarness;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness.close());

    async function listen(feed: SeatFeed) {
      const heard: string[] = [];
      const gaps: number[] = [];
      const end = await feed.subscribe({ onChange: (uuid) => heard.push(uuid), onGap: () => gaps.push(1) });
      return { heard, gaps, end };
    }

    test('a message reaches every process, the sender’s own too', async () => {
      const [here, there] = [await listen(harness.feed), await listen(harness.otherProcess)];
      const event = randomUUID();
      harness.feed.publish(event);
      await eventually(() => here.heard.includes(event) && there.heard.includes(event));
      await Promise.all([here.end(), there.end()]);
    });

    test('a thousand events at once all arrive, each as it is', async () => {
      const there = await listen(harness.otherProcess);
      const events = Array.from({ length: 1000 }, () => randomUUID());
      for (const event of events) harness.feed.publish(event);
      await eventually(() => new Set(there.heard).size === events.length);
      expect([...new Set(there.heard)].sort()).toEqual(events.sort());
      await there.end();
    });

    test('a message after another one about the same event is not lost', async () => {
      const there = await listen(harness.otherProcess);
      const [event, mark] = [randomUUID(), randomUUID()];
      harness.feed.publish(event);
      await eventually(() => there.heard.includes(event));
      const heard = there.heard.length;
      harness.feed.publish(event);
      harness.feed.publish(mark);
      await eventually(() => there.heard.includes(mark));
      expect(there.heard.slice(heard).filter((uuid) => uuid === event).length).toBeGreaterThan(0);
      await there.end();
    });

    test('an ended subscriber gets no more messages', async () => {
      const [gone, there] = [await listen(harness.otherProcess), await listen(harness.otherProcess)];
      await gone.end();
      const event = randomUUID();
      harness.feed.publish(event);
      await eventually(() => there.heard.includes(event));
      expect(gone.heard).not.toContain(event);
      await there.end();
    });

    test('after a lost connection it listens again, and reports a gap', async () => {
      const there = await listen(harness.otherProcess);
      expect(there.gaps).toEqual([]);
      await harness.disconnect();
      await eventually(() => there.gaps.length > 0);
      const event = randomUUID();
      harness.feed.publish(event);
      await eventually(() => there.heard.includes(event));
      await there.end();
    });
  });
}
