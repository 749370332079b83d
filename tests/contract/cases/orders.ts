import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Suite } from './suite.ts';

const declined = '00000000-0000-4000-8000-000000000002';
const lostRequest = '00000000-0000-4000-8000-000000000004';
const requiresAction = '00000000-0000-4000-8000-000000000005';

type Order = { uuid: string; status: string; tickets: { uuid: string }[]; total: number; currency: string };

export function orderCases(suite: Suite): void {
  const [reservations, orders] = ['/api/v1/booking/reservations', '/api/v1/booking/orders'];
  const user = () => randomUUID();
  const reserve = async (count: number, user_uuid = user()) => {
    const { event, seats } = await suite.api.freeSeats(count);
    const response = await suite.api.post(reservations, { user_uuid, ticket_uuids: seats.map(({ uuid }) => uuid) });
    expect(response.status).toBe(201);
    return { event, seats, reservation: (await response.json()) as { uuid: string; total: number; currency: string } };
  };
  const order = (reservation_uuid: string, payment_method_uuid: string = user(), key: string = user()) =>
    suite.api.post(orders, { reservation_uuid, payment_method_uuid }, { 'Idempotency-Key': key });
  const get = async (path: string) => (await fetch(`${suite.target.booking}${path}`)).json() as Promise<unknown>;

  test('two seats are bought together, and shown', async () => {
    const user_uuid = user();
    const { event, seats, reservation } = await reserve(2, user_uuid);
    const response = await order(reservation.uuid);
    expect(response.status).toBe(201);
    const made = (await response.json()) as Order;
    expect(made).toMatchObject({ status: 'paid', total: reservation.total, currency: reservation.currency });
    expect(made.tickets.map(({ uuid }) => uuid).sort()).toEqual(seats.map(({ uuid }) => uuid).sort());
    for (const { uuid } of seats) expect(await suite.api.status(event.uuid, uuid)).toBe('booked');
    expect(response.headers.get('location')).toBe(`${orders}/${made.uuid}`);
    expect(await get(`${orders}/${made.uuid}`)).toEqual(made);
    expect(await get(`${orders}?user_uuid=${user_uuid}`)).toEqual({ orders: [made], next_cursor: null });
    expect(await get(`${reservations}/${reservation.uuid}`)).toMatchObject({ status: 'ended' });
  });

  test('the same key gives the first response again, to the byte; another request with it is refused', async () => {
    const { reservation } = await reserve(1);
    const [method, key] = [user(), user()];
    const first = await order(reservation.uuid, method, key);
    const again = await order(reservation.uuid, method, key);
    expect([again.status, await again.text()]).toEqual([201, await first.text()]);
    expect([first, again].map((one) => one.headers.get('idempotent-replayed'))).toEqual([null, 'true']);
    const other = await order(reservation.uuid, user(), key);
    expect([other.status, ((await other.json()) as { error: string }).error]).toEqual([422, 'idempotency_key_reused']);
  });

  test('clicks at the same moment buy once', async () => {
    const { reservation } = await reserve(1);
    const method = user();
    const answers = await Promise.all(Array.from({ length: 8 }, () => order(reservation.uuid, method)));
    const bought = await Promise.all(answers.map((answer) => answer.json() as Promise<Order>));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(bought.map(({ uuid }) => uuid)).size).toBe(1);
  });

  test('a declined card is a 402, also when repeated; the seats stay held for another', async () => {
    const { event, seats, reservation } = await reserve(2);
    const key = user();
    for (let times = 0; times < 2; times++) {
      const response = await order(reservation.uuid, declined, key);
      expect([response.status, await response.json()]).toEqual([
        402,
        { error: 'payment_declined', message: 'Payment was declined', reason: 'card_declined' },
      ]);
    }
    expect(await suite.api.status(event.uuid, seats[0]!.uuid)).toBe('reserved');
    expect((await order(reservation.uuid)).status).toBe(201);
  });

  test('a buyer who must approve the payment is asked to, and then has the seats', async () => {
    const { event, seats, reservation } = await reserve(1);
    const asked = await order(reservation.uuid, requiresAction);
    expect(asked.status).toBe(202);
    const pending = (await asked.json()) as Order & { action: { type: string; approval_url: string } };
    expect(pending).toMatchObject({ status: 'pending', action: { type: 'sandbox' } });
    expect(await get(asked.headers.get('location')!)).toEqual(pending);
    expect(await suite.api.status(event.uuid, seats[0]!.uuid)).toBe('reserved');
    expect((await suite.api.post(pending.action.approval_url, { approved: true })).status).toBe(200);
    expect(await get(asked.headers.get('location')!)).toMatchObject({ status: 'paid', action: null });
    expect(await suite.api.status(event.uuid, seats[0]!.uuid)).toBe('booked');
    expect((await suite.api.post(pending.action.approval_url, { approved: true })).status).toBe(404);
  });

  test('a buyer who refuses has their payment declined, and may try another card', async () => {
    const { reservation } = await reserve(1);
    const asked = (await (await order(reservation.uuid, requiresAction)).json()) as Order & {
      action: { approval_url: string };
    };
    await suite.api.post(asked.action.approval_url, { approved: false });
    expect(await get(`${orders}/${asked.uuid}`)).toMatchObject({ status: 'failed', action: null });
    expect((await order(reservation.uuid)).status).toBe(201);
  });

  test('an order without the provider’s response is a 202, and its location shows its state', async () => {
    const { event, seats, reservation } = await reserve(1);
    const response = await order(reservation.uuid, lostRequest);
    expect(response.status).toBe(202);
    const pending = (await response.json()) as Order;
    expect(pending.status).toBe('pending');
    expect(await get(response.headers.get('location')!)).toEqual(pending);
    expect(await suite.api.status(event.uuid, seats[0]!.uuid)).toBe('reserved');
  });

  test('a key whose request has no final response continues it, and then repeats the final one', async () => {
    const { reservation } = await reserve(1);
    const [key, upper] = [user(), reservation.uuid.toUpperCase()];
    const asked = await order(reservation.uuid, requiresAction, key);
    const { action } = (await asked.json()) as { action: { approval_url: string } };
    expect([asked.status, (await order(upper, requiresAction, key)).status]).toEqual([202, 202]);
    expect((await order(reservation.uuid, user(), key)).status).toBe(422);
    expect((await suite.api.post(action.approval_url, { approved: true })).status).toBe(200);
    const [done, again] = [await order(reservation.uuid, requiresAction, key), await order(upper, requiresAction, key)];
    expect([done.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 201, 'true']);
    const bodies = await Promise.all([done.text(), again.text()]);
    expect(JSON.parse(bodies[0]!)).toMatchObject({ status: 'paid', action: null });
    expect(bodies[1]).toBe(bodies[0]!);
  });

  test('a key whose order the buyer’s bank has refused repeats that, and makes no other order', async () => {
    const user_uuid = user();
    const { reservation } = await reserve(1, user_uuid);
    const key = user();
    const asked = await order(reservation.uuid, requiresAction, key);
    const { action } = (await asked.json()) as { action: { approval_url: string } };
    await suite.api.post(action.approval_url, { approved: false });
    for (let times = 0; times < 2; times++) {
      const told = await order(reservation.uuid, requiresAction, key);
      expect([told.status, await told.json()]).toMatchObject([402, { error: 'payment_declined' }]);
    }
    const { orders: made } = (await get(`${orders}?user_uuid=${user_uuid}`)) as { orders: Order[] };
    expect(made.map(({ status }) => status)).toEqual(['failed']);
    expect((await order(reservation.uuid)).status).toBe(201);
  });

  test('a refund by the order’s uuid in upper or lower case is one', async () => {
    const user_uuid = user();
    const { reservation } = await reserve(1, user_uuid);
    const { uuid } = (await (await order(reservation.uuid)).json()) as Order;
    const key = user();
    const refund = (at: string) => suite.api.post(`${orders}/${at}/refunds`, { user_uuid }, { 'Idempotency-Key': key });
    const answers = [await refund(uuid), await refund(uuid.toUpperCase())];
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    const [first, second] = await Promise.all(answers.map((answer) => answer.text()));
    expect(second).toBe(first!);
  });

  test('bought seats can’t be released; a release cancels a payment that waits for its buyer', async () => {
    const release = (uuid: string) => fetch(`${suite.target.booking}${reservations}/${uuid}`, { method: 'DELETE' });
    const bought = await reserve(1);
    await order(bought.reservation.uuid);
    const refused = await release(bought.reservation.uuid);
    expect([refused.status, ((await refused.json()) as { error: string }).error]).toEqual([409, 'reservation_sold']);
    expect(await suite.api.status(bought.event.uuid, bought.seats[0]!.uuid)).toBe('booked');

    const waiting = await reserve(1);
    const asked = await order(waiting.reservation.uuid, requiresAction);
    const { action } = (await asked.json()) as { action: { approval_url: string } };
    expect((await release(waiting.reservation.uuid)).status).toBe(204);
    expect((await suite.api.post(action.approval_url, { approved: true })).status).toBe(404);
    expect(await get(asked.headers.get('location')!)).toMatchObject({ status: 'failed', action: null });
    expect(await suite.api.status(waiting.event.uuid, waiting.seats[0]!.uuid)).toBe('available');
    expect((await order(waiting.reservation.uuid)).status).toBe(409);
  });

  test('a ticket that is given back is available at once, and its money returned; then the rest', async () => {
    const user_uuid = user();
    const { event, seats, reservation } = await reserve(2, user_uuid);
    const made = (await (await order(reservation.uuid)).json()) as Order;
    const refund = (body: object, key: string = user()) =>
      suite.api.post(`${orders}/${made.uuid}/refunds`, { user_uuid, ...body }, { 'Idempotency-Key': key });
    const [first, second] = seats as [(typeof seats)[0], (typeof seats)[0]];
    const key = user();
    const answers = [
      await refund({ ticket_uuids: [first.uuid] }, key),
      await refund({ ticket_uuids: [first.uuid] }, key),
    ];
    const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<object>));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(bodies[1]).toEqual(bodies[0]!);
    expect(bodies[0]).toMatchObject({
      order_uuid: made.uuid,
      status: 'succeeded',
      amount: first.price,
      currency: made.currency,
      tickets: [{ uuid: first.uuid, price: first.price }],
    });
    expect(await suite.api.status(event.uuid, first.uuid)).toBe('available');
    expect(await suite.api.status(event.uuid, second.uuid)).toBe('booked');
    expect((await refund({ ticket_uuids: [first.uuid] })).status).toBe(409);
    expect((await refund({ user_uuid: user() })).status).toBe(404);
    const rest = await refund({});
    expect([rest.status, ((await rest.json()) as { amount: number }).amount]).toEqual([201, second.price]);
    expect(await get(`${orders}/${made.uuid}`)).toMatchObject({
      status: 'refunded',
      tickets: [{ refunded: true }, { refunded: true }],
    });
    expect((await refund({})).status).toBe(409);
    // Another buyer may have them.
    expect((await suite.api.reserve(first.uuid, user())).status).toBe(200);
  });

  test('a payment method is registered once, however often', async () => {
    const methods = '/api/v1/booking/payment-methods';
    const method = { user_uuid: user(), reference: 'pm_card_visa' };
    const [first, again] = [await suite.api.post(methods, method), await suite.api.post(methods, method)];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.json()).toEqual(await first.json());
    expect((await suite.api.post(methods, { ...method, reference: 'a b' })).status).toBe(400);
  });

  test('an invalid refund is a 400, and another with the same key a 422', async () => {
    const user_uuid = user();
    const { seats, reservation } = await reserve(2, user_uuid);
    const { uuid } = (await (await order(reservation.uuid)).json()) as Order;
    const refund = (body: object, key?: string) =>
      suite.api.post(`${orders}/${uuid}/refunds`, body, key === undefined ? {} : { 'Idempotency-Key': key });
    const key = user();
    expect((await refund({ user_uuid })).status).toBe(400);
    expect((await refund({ user_uuid, ticket_uuids: [] }, key)).status).toBe(400);
    expect((await refund({ user_uuid, ticket_uuids: [seats[0]!.uuid] }, key)).status).toBe(201);
    expect((await refund({ user_uuid }, key)).status).toBe(422);
    expect((await suite.api.post(`/sandbox/payments/${uuid}/approval`, {})).status).toBe(400);
  });

  test('an invalid request is a 400, an unknown order a 404', async () => {
    const body = { reservation_uuid: user(), payment_method_uuid: user() };
    const post = (given: object, headers?: Record<string, string>) => suite.api.post(orders, given, headers);
    for (const response of [
      await post(body),
      await post(body, { 'Idempotency-Key': 'a b' }),
      await post(body, { 'Idempotency-Key': 'x'.repeat(256) }),
      await post({ ...body, reservation_uuid: 'x' }, { 'Idempotency-Key': 'k' }),
      await post({ ...body, price: 1 }, { 'Idempotency-Key': 'k' }),
      await fetch(`${suite.target.booking}${orders}`),
      await fetch(`${suite.target.booking}${orders}?user_uuid=${user()}&limit=0`),
      await fetch(`${suite.target.booking}${orders}/x`),
    ]) {
      expect([response.url, response.status]).toEqual([response.url, 400]);
    }
    expect((await post(body, { 'Idempotency-Key': 'k' })).status).toBe(404);
    expect((await fetch(`${suite.target.booking}${orders}/${user()}`)).status).toBe(404);
  });
}
