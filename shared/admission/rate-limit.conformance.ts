import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Policy, RateLimit } from './rate-limit.ts';

export type RateLimitHarness = {
  make(policy: Policy): RateLimit;
  /** Lets `ms` pass, without waiting. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
};

/** The conformance suite of rate limits. */
export function rateLimitConformance(name: string, start: () => Promise<RateLimitHarness>): void {
  describe(`rate limit: ${name}`, () => {
    let harness: RateLimitHarness;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness.close());
    const make = (quota: number, windowS = 60) => harness.make({ name: `test-${randomUUID()}`, quota, windowS });

    test('takes as many as the quota has, and no more', async () => {
      const limit = make(3);
      const taken = [];
      for (let i = 0; i < 5; i++) taken.push(await limit.take('a'));
      expect(taken.map(({ isOver, remaining }) => [isOver, remaining])).toEqual([
        [false, 2],
        [false, 1],
        [false, 0],
        [true, 0],
        [true, 0],
      ]);
      for (const { resetsInMs } of taken) expect(resetsInMs).toBeWithin(1, 60_001);
    });

    test('counts each key, and each limit, by itself', async () => {
      const [first, second] = [make(1), make(1)];
      for (const limit of [first, second]) {
        expect((await limit.take('a')).isOver).toBe(false);
        expect((await limit.take('b')).isOver).toBe(false);
        expect((await limit.take('a')).isOver).toBe(true);
      }
    });

    test('of a crowd at once exactly the quota passes', async () => {
      const limit = make(10);
      const taken = await Promise.all(Array.from({ length: 100 }, () => limit.take('a')));
      expect(taken.filter(({ isOver }) => !isOver)).toHaveLength(10);
    });

    test('a quota is whole again after its window, which a refusal does not make longer', async () => {
      const limit = make(1, 60);
      expect((await limit.take('a')).isOver).toBe(false);
      await harness.advance(30_000);
      expect((await limit.take('a')).isOver).toBe(true);
      await harness.advance(31_000);
      expect((await limit.take('a')).isOver).toBe(false);
    });
  });
}
