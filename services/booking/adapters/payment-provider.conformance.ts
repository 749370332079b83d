import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type PaymentProvider, PaymentUnanswered } from '../domain/payment-provider.ts';

export type PaymentHarness = {
  payments: PaymentProvider;
  methods: { good: string; declined: string; lostAnswer: string; lostRequest: string; requiresAction: string };
  /** What the provider's own books say of a key, in minor units. */
  books(key: string): Promise<{ kept: number; held: number }>;
  /** What the buyer's bank does with their word. */
  answer(key: string, approved: boolean): Promise<unknown>;
  /** Who pays: the methods above are theirs. */
  userUuid: string;
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
    const authorise = (key: string, methodUuid: string, amount = 35_000) =>
      harness.payments.authorise({ key, amount, currency: 'USD', methodUuid, userUuid: harness.userUuid });
    const held = (amount: number) => ({ held: amount, kept: 0 });
    const kept = (amount: number) => ({ held: 0, kept: amount });
    const nothing = kept(0);

    test('reserves the amount, once, however often and from wherever it is asked, and then takes it, once', async () => {
      const key = randomUUID();
      const all = await Promise.all(Array.from({ length: 20 }, () => authorise(key, harness.methods.good)));
      for (const one of all) expect(one).toEqual({ is: 'authorised' });
      expect(await authorise(key, harness.methods.good)).toEqual({ is: 'authorised' });
      expect(await harness.books(key)).toEqual(held(35_000));
      const captures = await Promise.all(Array.from({ length: 5 }, () => harness.payments.capture(key)));
      expect(new Set(captures)).toEqual(new Set(['captured']));
      expect(await harness.payments.capture(key)).toBe('captured');
      expect(await harness.books(key)).toEqual(kept(35_000));
      expect(await harness.payments.find(key)).toEqual({ is: 'authorised' });
      expect(await harness.payments.close(key)).toEqual({ is: 'authorised' });
    });

    test('a declined card stays declined under its key', async () => {
      const key = randomUUID();
      const declined = { is: 'declined' as const, reason: 'card_declined' as const };
      expect(await authorise(key, harness.methods.declined)).toEqual(declined);
      expect(await authorise(key, harness.methods.declined)).toEqual(declined);
      expect(await authorise(key, harness.methods.good)).toEqual(declined);
      expect(await harness.payments.find(key)).toEqual(declined);
      expect(await harness.payments.close(key)).toEqual(declined);
      expect(await harness.payments.capture(key)).toBe('gone');
      expect(await harness.books(key)).toEqual(nothing);
    });

    test('a lost answer is told as unanswered; asking tells that the money is reserved', async () => {
      const key = randomUUID();
      await expect(authorise(key, harness.methods.lostAnswer)).rejects.toBeInstanceOf(PaymentUnanswered);
      expect(await harness.payments.find(key)).toEqual({ is: 'authorised' });
      expect(await harness.payments.close(key)).toEqual({ is: 'authorised' });
      expect(await harness.books(key)).toEqual(held(35_000));
    });

    test('a lost request is told as unanswered; closing voids it, and a late one fails', async () => {
      const key = randomUUID();
      await expect(authorise(key, harness.methods.lostRequest)).rejects.toBeInstanceOf(PaymentUnanswered);
      expect(await harness.payments.find(key)).toEqual({ is: 'open' });
      expect(await harness.payments.close(key)).toEqual({ is: 'voided' });
      expect(await authorise(key, harness.methods.good)).toEqual({ is: 'voided' });
      expect(await harness.payments.close(key)).toEqual({ is: 'voided' });
      expect(await harness.books(key)).toEqual(nothing);
    });

    test('an authorisation and a close that race agree on one outcome', async () => {
      for (let round = 0; round < 20; round++) {
        const key = randomUUID();
        const [one, other] = await Promise.all([authorise(key, harness.methods.good), harness.payments.close(key)]);
        expect(one).toEqual(other);
        expect(await harness.books(key)).toEqual(one.is === 'authorised' ? held(35_000) : nothing);
      }
    });

    test('a buyer who must approve is asked, and their word decides', async () => {
      for (const approved of [true, false]) {
        const key = randomUUID();
        const asked = await authorise(key, harness.methods.requiresAction);
        expect(asked.is).toBe('action');
        expect(await authorise(key, harness.methods.requiresAction)).toEqual(asked);
        expect(await harness.payments.find(key)).toEqual(asked);
        expect(await harness.books(key)).toEqual(nothing);
        expect(await harness.payments.capture(key)).toBe('gone');
        await harness.answer(key, approved);
        expect((await harness.payments.find(key)).is).toBe(approved ? 'authorised' : 'declined');
        expect(await harness.books(key)).toEqual(approved ? held(35_000) : nothing);
      }
    });

    test('one who never answers is not asked for ever: closing voids it, and their word comes too late', async () => {
      const key = randomUUID();
      await authorise(key, harness.methods.requiresAction);
      expect(await harness.payments.close(key)).toEqual({ is: 'voided' });
      await Promise.resolve(harness.answer(key, true)).catch(() => {});
      expect(await harness.payments.find(key)).toEqual({ is: 'voided' });
      expect(await harness.books(key)).toEqual(nothing);
    });

    const refund = (key: string, amount: number, refundKey = randomUUID()) =>
      harness.payments.refund({ key, refundKey, amount });

    async function captured(): Promise<string> {
      const key = randomUUID();
      await authorise(key, harness.methods.good);
      await harness.payments.capture(key);
      return key;
    }

    test('a refund gives back what it is asked for, once', async () => {
      const [key, refundKey] = [await captured(), randomUUID()];
      await Promise.all([refund(key, 10_000, refundKey), refund(key, 10_000, refundKey)]);
      expect(await refund(key, 10_000, refundKey)).toBe('refunded');
      expect(await harness.books(key)).toEqual(kept(25_000));
      await refund(key, 25_000);
      expect(await harness.books(key)).toEqual(nothing);
      expect(await harness.payments.capture(key)).toBe('captured');
    });

    test('the whole of what is not captured is voided, and can’t be captured any more', async () => {
      const [key, refundKey] = [randomUUID(), randomUUID()];
      await authorise(key, harness.methods.good);
      expect(await refund(key, 35_000, refundKey)).toBe('voided');
      expect(await refund(key, 35_000, refundKey)).toBe('voided');
      expect(await harness.payments.capture(key)).toBe('gone');
      expect(await harness.books(key)).toEqual(nothing);
    });

    test('of a part of what is not captured the rest is taken', async () => {
      const key = randomUUID();
      await authorise(key, harness.methods.good);
      expect(await refund(key, 10_000)).toBe('refunded');
      expect(await harness.books(key)).toEqual(kept(25_000));
      expect(await harness.payments.capture(key)).toBe('captured');
      expect(await harness.books(key)).toEqual(kept(25_000));
    });

    test('a capture and a refund of everything that race leave nothing behind', async () => {
      for (let round = 0; round < 10; round++) {
        const [key, refundKey] = [randomUUID(), randomUUID()];
        await authorise(key, harness.methods.good);
        await Promise.all([harness.payments.capture(key), refund(key, 35_000, refundKey).catch(() => {})]);
        await refund(key, 35_000, refundKey);
        expect(await harness.books(key)).toEqual(nothing);
      }
    });

    test('several refunds of one charge give back no more than was taken', async () => {
      const key = await captured();
      await Promise.all(Array.from({ length: 6 }, () => refund(key, 10_000).catch(() => {})));
      expect(await harness.books(key)).toEqual(kept(5000));
    });

    test('lists every payment that took or reserved something, with what of it is left', async () => {
      const [taken, partly, reserved, declined] = [await captured(), await captured(), randomUUID(), randomUUID()];
      await refund(partly, 5000);
      await authorise(reserved, harness.methods.good);
      await authorise(declined, harness.methods.declined);
      const listed = new Map<string, object>();
      for await (const { key, ...charge } of harness.payments.charges()) listed.set(key, charge);
      expect(listed.get(taken)).toEqual(kept(35_000));
      expect(listed.get(partly)).toEqual(kept(30_000));
      expect(listed.get(reserved)).toEqual(held(35_000));
      expect(listed.get(declined) ?? nothing).toEqual(nothing);
    });

    test('a refund of one payment leaves others alone, and of nothing does nothing', async () => {
      const other = await captured();
      expect(await refund(randomUUID(), 35_000)).toBe('nothing');
      expect(await harness.books(other)).toEqual(kept(35_000));
    });
  });
}
