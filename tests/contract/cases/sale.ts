import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Suite } from './suite.ts';

const declined = '00000000-0000-4000-8000-000000000002';
const lostAnswer = '00000000-0000-4000-8000-000000000003';
const lostRequest = '00000000-0000-4000-8000-000000000004';
const requiresAction = '00000000-0000-4000-8000-000000000005';

const notAvailable = { error: 'ticket_not_available', message: 'Ticket is not available for reservation' };
const notReserved = { error: 'ticket_not_reserved', message: 'Ticket is not reserved for this user' };

export function saleCases(suite: Suite): void {
  /** The response in one value: empty 200s are empty. */
  const answer = async (response: Response) => {
    const text = await response.text();
    return { status: response.status, body: text === '' ? '' : JSON.parse(text) };
  };
  const ok = { status: 200, body: '' };
  const freeSeat = async () => {
    const { event, seats } = await suite.api.freeSeats(1);
    const ticket = seats[0]!.uuid;
    return { ticket, status: () => suite.api.status(event.uuid, ticket) };
  };

  test('reserve, then confirm: each shows at once, and repeating either changes nothing', async () => {
    const { ticket, status } = await freeSeat();
    const [user, stranger] = [randomUUID(), randomUUID()];
    expect(await answer(await suite.api.reserve(ticket, user))).toEqual(ok);
    expect(await status()).toBe('reserved');
    expect(await answer(await suite.api.reserve(ticket, user))).toEqual(ok);
    expect(await answer(await suite.api.reserve(ticket, stranger))).toEqual({ status: 409, body: notAvailable });
    expect(await answer(await suite.api.confirm(ticket, user))).toEqual(ok);
    expect(await status()).toBe('booked');
    expect(await answer(await suite.api.confirm(ticket, user))).toEqual(ok);
    expect(await answer(await suite.api.confirm(ticket, stranger))).toEqual({ status: 409, body: notReserved });
    expect(await answer(await suite.api.reserve(ticket, user))).toEqual({ status: 409, body: notAvailable });
    expect(await answer(await suite.api.reserve(ticket, stranger))).toEqual({ status: 409, body: notAvailable });
    expect(await status()).toBe('booked');
  });

  test('only the holder of a ticket can confirm it', async () => {
    const { ticket, status } = await freeSeat();
    expect(await answer(await suite.api.confirm(ticket, randomUUID()))).toEqual({ status: 409, body: notReserved });
    await suite.api.reserve(ticket, randomUUID());
    expect(await answer(await suite.api.confirm(ticket, randomUUID()))).toEqual({ status: 409, body: notReserved });
    expect(await status()).toBe('reserved');
  });

  test('an unknown ticket can be neither held nor bought', async () => {
    expect(await answer(await suite.api.reserve(randomUUID(), randomUUID()))).toEqual({
      status: 409,
      body: notAvailable,
    });
    expect(await answer(await suite.api.confirm(randomUUID(), randomUUID()))).toEqual({
      status: 409,
      body: notReserved,
    });
  });

  test('upper case uuids name the same ticket and the same user', async () => {
    const { ticket } = await freeSeat();
    const user = randomUUID();
    expect(await answer(await suite.api.reserve(ticket.toUpperCase(), user))).toEqual(ok);
    expect(await answer(await suite.api.confirm(ticket, user.toUpperCase()))).toEqual(ok);
  });

  test('a declined card is a 402; the seat stays held, for another card', async () => {
    const { ticket, status } = await freeSeat();
    const user = randomUUID();
    await suite.api.reserve(ticket, user);
    expect(await answer(await suite.api.confirm(ticket, user, declined))).toEqual({
      status: 402,
      body: { error: 'payment_declined', message: 'Payment was declined', reason: 'card_declined' },
    });
    expect(await status()).toBe('reserved');
    expect(await answer(await suite.api.reserve(ticket, randomUUID()))).toEqual({ status: 409, body: notAvailable });
    expect(await answer(await suite.api.confirm(ticket, user))).toEqual(ok);
    expect(await status()).toBe('booked');
  });

  test('a payment without a response is a 503 to retry; the seat stays held meanwhile', async () => {
    for (const method of [lostAnswer, lostRequest]) {
      const { ticket, status } = await freeSeat();
      const user = randomUUID();
      await suite.api.reserve(ticket, user);
      const response = await suite.api.confirm(ticket, user, method);
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await answer(response)).toMatchObject({ status: 503, body: { error: 'payment_pending' } });
      expect(await status()).toBe('reserved');
    }
  });

  test('a buyer who must approve the payment is told how, and the repeat books', async () => {
    const { ticket, status } = await freeSeat();
    const user = randomUUID();
    await suite.api.reserve(ticket, user);
    const asked = await answer(await suite.api.confirm(ticket, user, requiresAction));
    expect(asked).toMatchObject({
      status: 402,
      body: { error: 'payment_requires_action', order_uuid: expect.any(String), action: { type: 'sandbox' } },
    });
    expect(await answer(await suite.api.confirm(ticket, user, requiresAction))).toEqual(asked);
    const { action } = asked.body as { action: { approval_url: string } };
    expect((await suite.api.post(action.approval_url, { approved: true })).status).toBe(200);
    expect(await answer(await suite.api.confirm(ticket, user, requiresAction))).toEqual(ok);
    expect(await status()).toBe('booked');
  });

  test('a double click charges and books once', async () => {
    const { ticket, status } = await freeSeat();
    const user = randomUUID();
    await suite.api.reserve(ticket, user);
    const method = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () => answer(await suite.api.confirm(ticket, user, method))),
    );
    expect(answers).toEqual(answers.map(() => ok));
    expect(await status()).toBe('booked');
  });

  test('600 users race for 3 seats: exactly 3 win, everyone else hears 409, and no loser can confirm', async () => {
    const { event, seats } = await suite.api.freeSeats(3);
    const tries = Array.from({ length: 600 }, (_, i) => ({ user: randomUUID(), ticket: seats[i % 3]!.uuid }));
    const statuses = await Promise.all(
      tries.map(async ({ ticket, user }) => (await suite.api.reserve(ticket, user)).status),
    );
    const winners = tries.filter((_, i) => statuses[i] === 200);
    expect(statuses.filter((status) => status !== 409 && status !== 200)).toEqual([]);
    expect(winners.map((winner) => winner.ticket).sort()).toEqual(seats.map((seat) => seat.uuid).sort());

    const losers = tries.filter((_, i) => statuses[i] === 409).slice(0, 60);
    const refused = await Promise.all(
      losers.map(async ({ ticket, user }) => answer(await suite.api.confirm(ticket, user))),
    );
    expect(refused).toEqual(losers.map(() => ({ status: 409, body: notReserved })));
    const bought = await Promise.all(
      winners.map(async ({ ticket, user }) => answer(await suite.api.confirm(ticket, user))),
    );
    expect(bought).toEqual([ok, ok, ok]);
    for (const seat of seats) expect(await suite.api.status(event.uuid, seat.uuid)).toBe('booked');
  });
}
