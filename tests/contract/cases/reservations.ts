import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Suite } from './suite.ts';

type Reservation = {
  uuid: string;
  event_uuid: string;
  tickets: { uuid: string; seat: string; price: number }[];
  total: number;
  currency: string;
  status: string;
  expires_at: string | null;
};

export function reservationCases(suite: Suite): void {
  const path = '/api/v1/booking/reservations';
  const create = (body: object) => suite.api.post(path, { user_uuid: randomUUID(), ...body });
  const at = (uuid: string, method = 'GET', more = '') =>
    fetch(`${suite.target.booking}${path}/${uuid}${more}`, { method });
  const made = async (response: Response) => {
    expect(response.status).toBe(201);
    return (await response.json()) as Reservation;
  };
  const error = async (response: Response): Promise<Record<string, unknown>> => ({
    status: response.status,
    ...((await response.json()) as object),
  });

  test('several seats are held together, shown, extended once and given back', async () => {
    const { event, seats } = await suite.api.freeSeats(3);
    const ticket_uuids = seats.map(({ uuid }) => uuid);
    const before = Date.now();
    const response = await create({ ticket_uuids });
    const reservation = await made(response);
    expect(response.headers.get('location')).toBe(`${path}/${reservation.uuid}`);
    expect(reservation).toMatchObject({ event_uuid: event.uuid, status: 'held' });
    expect(reservation.tickets.map(({ uuid }) => uuid).sort()).toEqual([...ticket_uuids].sort());
    const price = (uuid: string) => seats.find((seat) => seat.uuid === uuid)!.price;
    expect(reservation.tickets.map((ticket) => ticket.price)).toEqual(
      reservation.tickets.map(({ uuid }) => price(uuid)),
    );
    expect(reservation.total).toBe(seats.reduce((sum, seat) => sum + seat.price, 0));
    const minutes = (Date.parse(reservation.expires_at!) - before) / 60_000;
    expect(minutes).toBeGreaterThan(14);
    expect(minutes).toBeLessThan(16);
    for (const uuid of ticket_uuids) expect(await suite.api.status(event.uuid, uuid)).toBe('reserved');

    expect(await (await at(reservation.uuid)).json()).toEqual(reservation);
    const extended = await at(reservation.uuid, 'POST', '/extend');
    expect(extended.status).toBe(200);
    expect(Date.parse(((await extended.json()) as Reservation).expires_at!)).toBeGreaterThanOrEqual(
      Date.parse(reservation.expires_at!),
    );
    expect(await error(await at(reservation.uuid, 'POST', '/extend'))).toMatchObject({
      status: 409,
      error: 'reservation_extended',
    });

    for (let times = 0; times < 2; times++) {
      const released = await at(reservation.uuid, 'DELETE');
      expect([released.status, await released.text()]).toEqual([204, '']);
    }
    for (const uuid of ticket_uuids) expect(await suite.api.status(event.uuid, uuid)).toBe('available');
    expect(await (await at(reservation.uuid)).json()).toMatchObject({ status: 'released', expires_at: null });
  });

  test('a late buyer is told the conflicting seats, and holds none', async () => {
    const { event, seats } = await suite.api.freeSeats(2);
    const [first, second] = seats.map(({ uuid }) => uuid) as [string, string];
    const reservation = await made(await create({ ticket_uuids: [first] }));
    expect(await error(await create({ ticket_uuids: [first, second] }))).toEqual({
      status: 409,
      error: 'ticket_not_available',
      message: 'Ticket is not available for reservation',
      conflicts: [first],
    });
    expect(await suite.api.status(event.uuid, second)).toBe('available');
    await at(reservation.uuid, 'DELETE');
  });

  test('the best available are beside each other, within the price', async () => {
    const { event, seats } = await suite.api.freeSeats(4);
    const max_price = Math.min(...seats.map(({ price }) => price));
    const reservation = await made(await create({ event_uuid: event.uuid, quantity: 2, max_price }));
    expect(reservation.tickets).toHaveLength(2);
    for (const { price } of reservation.tickets) expect(price).toBeLessThanOrEqual(max_price);
    expect(await error(await create({ event_uuid: event.uuid, quantity: 2, section: 'nowhere' }))).toMatchObject({
      status: 409,
      conflicts: [],
    });
    expect(await error(await create({ event_uuid: randomUUID(), quantity: 1 }))).toMatchObject({
      status: 404,
      error: 'event_not_found',
    });
    await at(reservation.uuid, 'DELETE');
  });

  test('an invalid request is a 400, an unknown reservation a 404', async () => {
    const ticket = randomUUID();
    const wrong = [
      {},
      { ticket_uuids: [] },
      { ticket_uuids: ['x'] },
      { ticket_uuids: [ticket, ticket] },
      { ticket_uuids: Array.from({ length: 51 }, () => randomUUID()) },
      { ticket_uuids: [ticket], quantity: 1 },
      { event_uuid: randomUUID(), quantity: 0 },
      { event_uuid: randomUUID(), quantity: 1.5 },
      { event_uuid: randomUUID(), quantity: 1, max_price: -1 },
      { user_uuid: 'x', ticket_uuids: [ticket] },
    ];
    for (const body of wrong) {
      expect([body, await error(await create(body))]).toMatchObject([body, { status: 400, error: 'invalid_request' }]);
    }
    const paths = async (body: object) =>
      ((await error(await create(body))) as { issues?: { path: string }[] }).issues?.map(({ path: at }) => at);
    expect(await paths({ ticket_uuids: [ticket, 'x'] })).toEqual(['ticket_uuids.1']);
    expect(await paths({ event_uuid: randomUUID(), quantity: 0 })).toEqual(['quantity']);
    for (const [method, more] of [['GET'], ['DELETE'], ['POST', '/extend']] as const) {
      expect(await error(await at(randomUUID(), method, more))).toMatchObject({
        status: 404,
        error: 'reservation_not_found',
      });
      expect((await at('x', method, more)).status).toBe(400);
    }
  });
}
