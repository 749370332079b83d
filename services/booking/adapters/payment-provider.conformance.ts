import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type PaymentProvider, PaymentUnanswered } from '../domain/payment-provider.ts';

export type PaymentHarness = {
  payments: PaymentProvider;
  methods: { good: string; declined: string; lostAnswer: string; lostRequest: string };
  /** What the provider's own books say was taken and kept under a key, in minor units. */
  taken(key: string): Promise<number>;
  close(): Promise<void>;
};

/** What every payment provider adapter promises. */
export function paymentConformance(name: string, start: () => Promise<PaymentHarness>): void {
  describe(`payment provider: ${name}`, () => {
    let harness: PaymentHarness;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness.close());
    const charge = (key: string, methodUuid: string, amount = 35_000) =>
      harness.payments.charge({ key, amount, currency: 'USD', methodUuid });

    test('takes the amount, once, however often and from wherever it is asked', async () => {
      const key = randomUUID();
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => charge(key, harness.methods.good)));
      expect(new Set(outcomes)).toEqual(new Set(['charged']));
      expect(await charge(key, harness.methods.good)).toBe('charged');
      expect(await harness.taken(key)).toBe(35_000);
    });

    test('a declined card stays declined under its key', async () => {
      const key = randomUUID();
      expect(await charge(key, harness.methods.declined)).toBe('declined');
      expect(await charge(key, harness.methods.declined)).toBe('declined');
      expect(await harness.payments.close(key)).toBe('declined');
      expect(await harness.taken(key)).toBe(0);
    });

    test('a lost answer is told as unanswered; asking tells that the money was taken', async () => {
      const key = randomUUID();
      await expect(charge(key, harness.methods.lostAnswer)).rejects.toBeInstanceOf(PaymentUnanswered);
      expect(await harness.payments.close(key)).toBe('charged');
      expect(await harness.taken(key)).toBe(35_000);
    });

    test('a lost request is told as unanswered; closing voids it, and a late charge fails', async () => {
      const key = randomUUID();
      await expect(charge(key, harness.methods.lostRequest)).rejects.toBeInstanceOf(PaymentUnanswered);
      expect(await harness.payments.close(key)).toBe('voided');
      expect(await charge(key, harness.methods.good)).toBe('voided');
      expect(await harness.payments.close(key)).toBe('voided');
      expect(await harness.taken(key)).toBe(0);
    });

    test('a charge and a close that race agree on one outcome', async () => {
      for (let round = 0; round < 20; round++) {
        const key = randomUUID();
        const outcomes = await Promise.all([charge(key, harness.methods.good), harness.payments.close(key)]);
        expect(new Set(outcomes).size).toBe(1);
        expect(await harness.taken(key)).toBe(outcomes[0] === 'charged' ? 35_000 : 0);
      }
    });

    const refund = (key: string, amount: number, refundKey = randomUUID()) =>
      harness.payments.refund({ key, refundKey, amount });

    test('a refund gives back what it is asked for, once', async () => {
      const [key, refundKey] = [randomUUID(), randomUUID()];
      await charge(key, harness.methods.good);
      await Promise.all([refund(key, 10_000, refundKey), refund(key, 10_000, refundKey)]);
      await refund(key, 10_000, refundKey);
      expect(await harness.taken(key)).toBe(25_000);
      await refund(key, 25_000);
      expect(await harness.taken(key)).toBe(0);
    });

    test('several refunds of one charge give back no more than was taken', async () => {
      const key = randomUUID();
      await charge(key, harness.methods.good);
      await Promise.all(Array.from({ length: 6 }, () => refund(key, 10_000).catch(() => {})));
      expect(await harness.taken(key)).toBe(5000);
    });

    test('lists every charge that took something, with what of it is kept', async () => {
      const [kept, partly, declined] = [randomUUID(), randomUUID(), randomUUID()];
      await charge(kept, harness.methods.good);
      await charge(partly, harness.methods.good);
      await refund(partly, 5000);
      await charge(declined, harness.methods.declined);
      const listed = new Map<string, number>();
      for await (const { key, kept: amount } of harness.payments.charges()) listed.set(key, amount);
      expect([kept, partly, declined].map((key) => listed.get(key))).toEqual([35_000, 30_000, undefined]);
    });

    test('a refund of one charge leaves others alone, and of nothing does nothing', async () => {
      const [key, other] = [randomUUID(), randomUUID()];
      await charge(other, harness.methods.good);
      await refund(key, 35_000);
      expect(await harness.taken(other)).toBe(35_000);
    });
  });
}
