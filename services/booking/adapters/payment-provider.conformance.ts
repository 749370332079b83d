import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { AmountNotChargeable, PaymentUnanswered } from '../domain/errors.ts';
import type { EarlierRefund, FinalPaymentState, PaymentProvider } from '../domain/payment/payment-provider.ts';

export type PaymentHarness = {
  payments: PaymentProvider;
  methods: { good: string; declined: string; lostAnswer: string; lostRequest: string; requiresAction: string };
  /** Returns the entry of a key in the provider's own books, in minor units. */
  books(key: string): Promise<{ kept: number; held: number }>;
  /** Refunds by hand at the provider itself. */
  refundByHand(key: string, amount: number): Promise<unknown>;
  /** The money of a refund comes back. */
  failRefund(key: string, refundKey: string): Promise<unknown>;
  /** The buyer disputes a payment; and the bank decides for the seller. */
  dispute(key: string): Promise<unknown>;
  winDispute(key: string): Promise<unknown>;
  /** The buyer approves or rejects a payment at their bank. */
  answer(key: string, approved: boolean): Promise<unknown>;
  /** The buyer, who owns the methods above. */
  userUuid: string;
  close(): Promise<void>;
};

/** The conformance suite of payment providers. */
export function paymentConformance(name: string, start: () => Promise<PaymentHarness>): void {
  describe(`payment provider: ${name}`, () => {
    let harness: PaymentHarness;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness.close());
    const authorise = (key: string, methodUuid: string, amount = 35_000, currency = 'USD') =>
      harness.payments.authorise({ key, amount, currency, methodUuid, userUuid: harness.userUuid });
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

    test('a lost response is reported as unanswered; finding the payment shows that the money is reserved', async () => {
      const key = randomUUID();
      await expect(authorise(key, harness.methods.lostAnswer)).rejects.toBeInstanceOf(PaymentUnanswered);
      expect(await harness.payments.find(key)).toEqual({ is: 'authorised' });
      expect(await harness.payments.close(key)).toEqual({ is: 'authorised' });
      expect(await harness.books(key)).toEqual(held(35_000));
    });

    test('a lost request is reported as unanswered; closing voids it, and a late one fails', async () => {
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
        const [one, other] = await Promise.allSettled([
          authorise(key, harness.methods.good),
          harness.payments.close(key),
        ]);
        if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(PaymentUnanswered);
        const ended = await harness.payments.find(key);
        expect(await harness.payments.close(key)).toEqual(ended as FinalPaymentState);
        for (const told of [one, other]) if (told.status === 'fulfilled') expect(told.value).toEqual(ended);
        expect(other.status).toBe('fulfilled');
        expect(await harness.books(key)).toEqual(ended.is === 'authorised' ? held(35_000) : nothing);
      }
    });

    test('a payment that its buyer must approve ends as they decide', async () => {
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

    test('closing voids a payment that its buyer never approves, and a late approval changes nothing', async () => {
      const key = randomUUID();
      await authorise(key, harness.methods.requiresAction);
      expect(await harness.payments.close(key)).toEqual({ is: 'voided' });
      await Promise.resolve(harness.answer(key, true)).catch(() => {});
      expect(await harness.payments.find(key)).toEqual({ is: 'voided' });
      expect(await harness.books(key)).toEqual(nothing);
    });

    const refund = (key: string, amount: number, refundKey: string = randomUUID(), earlier: EarlierRefund[] = []) =>
      harness.payments.refund({ key, refundKey, amount, earlier });

    async function captured(): Promise<string> {
      const key = randomUUID();
      await authorise(key, harness.methods.good);
      await harness.payments.capture(key);
      return key;
    }

    test('a refund gives back its amount, once', async () => {
      const [key, refundKey] = [await captured(), randomUUID()];
      await Promise.all([refund(key, 10_000, refundKey), refund(key, 10_000, refundKey)]);
      expect(await refund(key, 10_000, refundKey)).toBe('refunded');
      expect(await harness.books(key)).toEqual(kept(25_000));
      await refund(key, 25_000);
      expect(await harness.books(key)).toEqual(nothing);
      expect(await harness.payments.capture(key)).toBe('captured');
    });

    test('a refund of a whole authorisation voids it, and it can’t be captured any more', async () => {
      const [key, refundKey] = [randomUUID(), randomUUID()];
      await authorise(key, harness.methods.good);
      expect(await refund(key, 35_000, refundKey)).toBe('voided');
      expect(await refund(key, 35_000, refundKey)).toBe('voided');
      expect(await harness.payments.capture(key)).toBe('gone');
      expect(await harness.books(key)).toEqual(nothing);
    });

    test('a refund of a part of an authorisation captures the rest', async () => {
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
      expect(await refund(key, 10_000)).toBe('refunded');
      expect(await harness.books(key)).toEqual(nothing);
    });

    // Of 35,000: the refunds by hand before, between and after two refunds, of 10,000 and then 15,000; the order in
    // which those are carried out; the rest in the end.
    test.each([
      { byHand: [0, 0, 0], order: [0, 1], left: 10_000 },
      { byHand: [5000, 0, 0], order: [0, 1], left: 10_000 },
      { byHand: [5000, 0, 0], order: [1, 0], left: 10_000 },
      { byHand: [0, 5000, 0], order: [0, 1], left: 10_000 },
      { byHand: [0, 5000, 0], order: [1, 0], left: 10_000 },
      { byHand: [15_000, 0, 0], order: [0, 1], left: 10_000 },
      { byHand: [15_000, 0, 0], order: [1, 0], left: 10_000 },
      { byHand: [5000, 5000, 5000], order: [0, 1], left: 5000 },
      { byHand: [25_000, 0, 0], order: [0, 1], left: 10_000 },
      { byHand: [25_000, 0, 0], order: [1, 0], left: 10_000 },
      { byHand: [30_000, 0, 0], order: [0, 1], left: 5000 },
      { byHand: [30_000, 0, 5000], order: [1, 0], left: 0 },
      { byHand: [35_000, 0, 0], order: [0, 1], left: 0 },
      { byHand: [0, 25_000, 0], order: [0, 1], left: 0 },
      { byHand: [0, 20_000, 0], order: [1, 0], left: 0 },
    ])('what was given back by hand counts: $byHand, order $order, leaves $left', async (one) => {
      const key = await captured();
      const first = { refundKey: randomUUID(), amount: 10_000 };
      const second = { refundKey: randomUUID(), amount: 15_000 };
      const calls = [
        () => refund(key, first.amount, first.refundKey),
        () => refund(key, second.amount, second.refundKey, [first]),
      ];
      const [before, between, after] = one.byHand as [number, number, number];
      if (before) await harness.refundByHand(key, before);
      expect(await calls[one.order[0]!]!()).toBe('refunded');
      if (between) await harness.refundByHand(key, between);
      expect(await calls[one.order[1]!]!()).toBe('refunded');
      if (after) await harness.refundByHand(key, after);
      for (const call of calls) expect(await call()).toBe('refunded');
      expect(await harness.books(key)).toEqual(kept(one.left));
    });

    test('a refund stands until its money comes back, has then failed, and is given once more when it is repeated', async () => {
      const key = await captured();
      const first = { key, refundKey: randomUUID() as string, amount: 10_000, earlier: [] };
      const second = { key, refundKey: randomUUID() as string, amount: 15_000, earlier: [first] };
      const states = () => Promise.all([first, second].map(async (one) => (await harness.payments.findRefund(one)).is));
      for (const one of [first, second]) await harness.payments.refund(one);
      expect(await states()).toEqual(['given', 'given']);
      await harness.failRefund(key, first.refundKey);
      expect(await harness.payments.findRefund(first)).toEqual({ is: 'failed', reason: expect.stringMatching(/./) });
      expect(await states()).toEqual(['failed', 'given']);
      expect(await harness.books(key)).toEqual(kept(20_000));
      await Promise.all([1, 2, 3].map(() => harness.payments.refund(first)));
      expect(await states()).toEqual(['given', 'given']);
      expect(await harness.books(key)).toEqual(kept(10_000));
      await harness.failRefund(key, second.refundKey);
      await harness.refundByHand(key, 15_000);
      expect(await states()).toEqual(['given', 'given']);
    });

    test('of what was voided, never paid or never captured no refund has failed', async () => {
      const [voided, declined] = [randomUUID(), randomUUID()];
      await authorise(voided, harness.methods.good);
      await authorise(declined, harness.methods.declined);
      for (const key of [voided, declined, randomUUID()]) {
        const one = { key, refundKey: randomUUID(), amount: 35_000, earlier: [] };
        await harness.payments.refund(one);
        expect(await harness.payments.findRefund(one)).toEqual({ is: 'given' });
      }
    });

    test('nothing of a disputed payment is given back, until the dispute is won', async () => {
      const [key, other] = [await captured(), await captured()];
      const [before, after] = [randomUUID(), randomUUID()];
      await refund(key, 10_000, before);
      await harness.dispute(key);
      const disputed = async () => {
        const keys = [];
        for await (const charge of harness.payments.charges()) if (charge.isDisputed) keys.push(charge.key);
        return keys;
      };
      expect(await disputed()).toEqual([key]);
      expect(await refund(key, 10_000, before)).toBe('refunded');
      for (let times = 0; times < 2; times++) expect(await refund(key, 25_000, after)).toBe('disputed');
      expect(await harness.books(key)).toEqual(kept(25_000));
      expect(await refund(other, 35_000)).toBe('refunded');
      await harness.winDispute(key);
      expect(await disputed()).toEqual([]);
      expect(await refund(key, 25_000, after)).toBe('refunded');
      expect(await harness.books(key)).toEqual(nothing);
    });

    test('an amount within its bounds can be charged, and no other', async () => {
      const bounds = harness.payments.bounds('USD')!;
      for (const amount of [bounds.min, bounds.max]) {
        const key = randomUUID();
        expect(await authorise(key, harness.methods.good, amount)).toEqual({ is: 'authorised' });
        expect(await harness.books(key)).toEqual(held(amount));
        expect(await refund(key, amount)).toBe('voided');
      }
      for (const amount of [bounds.min - bounds.step, bounds.max + bounds.step].filter((one) => one > 0)) {
        await expectRefused(amount, 'USD');
      }
      expect(harness.payments.bounds('EURO')).toBeUndefined();
      await expectRefused(35_000, 'EURO');
    });

    async function expectRefused(amount: number, currency: string): Promise<void> {
      const key = randomUUID();
      await expect(authorise(key, harness.methods.good, amount, currency)).rejects.toBeInstanceOf(AmountNotChargeable);
      expect(await harness.books(key)).toEqual(nothing);
      expect(await harness.payments.close(key)).toEqual({ is: 'voided' });
    }

    test('lists every payment that took or reserved money, with the money that is left', async () => {
      const [taken, partly, reserved, declined] = [await captured(), await captured(), randomUUID(), randomUUID()];
      await refund(partly, 5000);
      await authorise(reserved, harness.methods.good);
      await authorise(declined, harness.methods.declined);
      const listed = new Map<string, object>();
      for await (const { key, isDisputed, ...charge } of harness.payments.charges()) {
        if (!isDisputed) listed.set(key, charge);
      }
      expect(listed.get(taken)).toEqual(kept(35_000));
      expect(listed.get(partly)).toEqual(kept(30_000));
      expect(listed.get(reserved)).toEqual(held(35_000));
      expect(listed.get(declined) ?? nothing).toEqual(nothing);
    });

    test('a refund of one payment leaves others alone, and of nothing does nothing', async () => {
      const other = await captured();
      expect(await refund(randomUUID(), 35_000)).toBe('nothing');
      const [declined, waiting] = [randomUUID(), randomUUID()];
      await authorise(declined, harness.methods.declined);
      await authorise(waiting, harness.methods.requiresAction);
      for (const key of [declined, waiting]) expect(await refund(key, 35_000)).toBe('nothing');
      expect(await harness.books(other)).toEqual(kept(35_000));
    });
  });
}
