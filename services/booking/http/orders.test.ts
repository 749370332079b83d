import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { makeEvent } from '../../../shared/testing/factories.ts';
import { appOver } from '../app.harness.ts';
import { createOrder, reserveTickets, type Sale, startSale } from '../testing.ts';

let sale: Sale;
let app: ReturnType<typeof appOver>;
beforeAll(async () => {
  sale = await startSale();
  app = appOver(sale);
});
afterAll(() => sale.drop());

test('a user’s orders come page by page, the last page has no next one, full or not, and a forged cursor is refused', async () => {
  const userUuid = randomUUID();
  const made: string[] = [];
  for (let i = 0; i < 4; i++) {
    const { tickets } = await makeEvent(sale.sql, { seats: 1 });
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: tickets });
    made.unshift((await createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() })).uuid);
  }
  const page = async (query: string): Promise<[uuids: string[], next: string | null]> => {
    const response = await app.request(`/api/v1/booking/orders?user_uuid=${userUuid}&${query}`);
    const { orders, next_cursor } = (await response.json()) as {
      orders: { uuid: string }[];
      next_cursor: string | null;
    };
    return [orders.map(({ uuid }) => uuid), next_cursor];
  };
  expect(await page('')).toEqual([made, null]);
  expect(await page('limit=4')).toEqual([made, null]);
  const [first, next] = await page('limit=3');
  expect([first, next]).toEqual([made.slice(0, 3), made[2]!]);
  expect(await page(`limit=3&cursor=${next}`)).toEqual([made.slice(3), null]);
  expect(await page(`limit=2&cursor=${made[1]}`)).toEqual([made.slice(2), null]);
  // An empty page would look like the end of the list.
  const strangers = await app.request(`/api/v1/booking/orders?user_uuid=${randomUUID()}&cursor=${made[1]}`);
  const unknown = await app.request(`/api/v1/booking/orders?user_uuid=${userUuid}&cursor=${randomUUID()}`);
  for (const refused of [strangers, unknown]) {
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: 'invalid_request', issues: [{ path: 'cursor' }] });
  }
});
