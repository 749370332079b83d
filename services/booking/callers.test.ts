import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { jwtIdentities } from '../../shared/auth/jwt.ts';
import { unavailable } from '../../shared/errors.ts';
import { silentLog } from '../../shared/process/log.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { secretToken, testSecret } from '../../shared/testing/tokens.ts';
import { appOver } from './app.harness.ts';
import type { BookingDeps } from './app.ts';
import { createOrder, reserveTickets, type Sale, startSale } from './testing.ts';

const card = randomUUID();
const identities = jwtIdentities({ keys: { secret: testSecret } }, silentLog);
let sale: Sale;
let app: ReturnType<typeof appWith>;
beforeAll(async () => {
  sale = await startSale();
  app = appWith({ identities });
});
afterAll(() => sale.drop());

const appWith = (replaced: Partial<BookingDeps>) => appOver(sale, replaced);

type Asked = {
  status: number;
  error?: string;
  challenge: string | null;
  replayed: boolean;
  json: Record<string, unknown>;
};

async function ask(
  route: string,
  {
    token,
    body,
    key = randomUUID(),
    of = app,
  }: { token?: string; body?: object | undefined; key?: string; of?: typeof app },
): Promise<Asked> {
  const [method = '', path = ''] = route.split(' ');
  const headers: Record<string, string> = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  const response = await of.request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await response.text();
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json');
  const json = isJson && text ? JSON.parse(text) : {};
  return {
    status: response.status,
    error: json.error,
    challenge: response.headers.get('WWW-Authenticate'),
    replayed: response.headers.has('Idempotent-Replayed'),
    json,
  };
}

const buyerToken = (userUuid: string) => secretToken({ sub: userUuid });
const organiserToken = (userUuid: string = randomUUID()) => secretToken({ sub: userUuid, scope: 'organiser' });

/** A buyer's fixtures: a free seat, a reservation, a paid order, and a seat that is held alone. */
async function makeBuyer(user: string = randomUUID()) {
  const { tickets, uuid: eventUuid } = await makeEvent(sale.sql, { seats: 4 });
  const [free = '', held = '', reserved = '', bought = ''] = tickets;
  await sale.reserve(held, user);
  const reservation = await reserveTickets(sale.deps, { userUuid: user, ticketUuids: [reserved] });
  const sold = await reserveTickets(sale.deps, { userUuid: user, ticketUuids: [bought] });
  const order = await createOrder(sale.deps, { reservationUuid: sold.uuid, methodUuid: card });
  return {
    user,
    eventUuid,
    free,
    held,
    reservation: reservation.uuid,
    order: order.uuid,
    token: await buyerToken(user),
  };
}

type Buyer = Awaited<ReturnType<typeof makeBuyer>>;
type Case = {
  route: string;
  path?: (buyer: Buyer) => string;
  body?: (buyer: Buyer) => object;
  owner: number;
  stranger: number;
  organiser: number;
};

const base = '/api/v1/booking';
/** Every route, called for a buyer's things by the buyer, by another buyer and by an organiser. */
const cases: Case[] = [
  {
    route: `POST ${base}/tickets/reserve`,
    body: ({ free, user }) => ({ ticket_uuid: free, user_uuid: user }),
    ...{ owner: 200, stranger: 403, organiser: 403 },
  },
  {
    route: `POST ${base}/tickets/confirm`,
    body: ({ held, user }) => ({ ticket_uuid: held, user_uuid: user, payment_method_uuid: card }),
    ...{ owner: 200, stranger: 403, organiser: 403 },
  },
  {
    route: `POST ${base}/reservations`,
    body: ({ free, user }) => ({ ticket_uuids: [free], user_uuid: user }),
    ...{ owner: 201, stranger: 403, organiser: 403 },
  },
  {
    route: `POST ${base}/reservations`,
    body: ({ eventUuid, user }) => ({ event_uuid: eventUuid, quantity: 1, user_uuid: user }),
    ...{ owner: 201, stranger: 403, organiser: 403 },
  },
  {
    route: `GET ${base}/reservations/{uuid}`,
    path: ({ reservation }) => reservation,
    ...{ owner: 200, stranger: 404, organiser: 404 },
  },
  {
    route: `DELETE ${base}/reservations/{uuid}`,
    path: ({ reservation }) => reservation,
    ...{ owner: 204, stranger: 404, organiser: 404 },
  },
  {
    route: `POST ${base}/reservations/{uuid}/extend`,
    path: ({ reservation }) => reservation,
    ...{ owner: 200, stranger: 404, organiser: 404 },
  },
  {
    route: `POST ${base}/payment-methods`,
    body: ({ user }) => ({ user_uuid: user, reference: 'pm_1' }),
    ...{ owner: 201, stranger: 403, organiser: 403 },
  },
  {
    route: `POST ${base}/orders`,
    body: ({ reservation }) => ({ reservation_uuid: reservation, payment_method_uuid: card }),
    ...{ owner: 201, stranger: 404, organiser: 404 },
  },
  {
    route: `GET ${base}/orders/{uuid}`,
    path: ({ order }) => order,
    ...{ owner: 200, stranger: 404, organiser: 200 },
  },
  {
    route: `GET ${base}/orders`,
    path: ({ user }) => user,
    ...{ owner: 200, stranger: 403, organiser: 200 },
  },
  {
    route: `POST ${base}/orders/{uuid}/refunds`,
    path: ({ order }) => order,
    body: ({ user }) => ({ user_uuid: user }),
    ...{ owner: 201, stranger: 403, organiser: 403 },
  },
  {
    route: `POST ${base}/events/{uuid}/cancel`,
    path: ({ eventUuid }) => eventUuid,
    body: () => ({}),
    ...{ owner: 403, stranger: 403, organiser: 202 },
  },
  {
    route: `POST ${base}/events/{uuid}/postpone`,
    path: ({ eventUuid }) => eventUuid,
    body: () => ({}),
    ...{ owner: 403, stranger: 403, organiser: 200 },
  },
  {
    route: `POST ${base}/events/{uuid}/reschedule`,
    path: ({ eventUuid }) => eventUuid,
    body: () => ({ date: '2099-06-05T19:30:00Z' }),
    ...{ owner: 403, stranger: 403, organiser: 200 },
  },
  ...['sales', 'orders', 'orders.csv', 'tickets.csv'].map((what) => ({
    route: `GET ${base}/events/{uuid}/${what}`,
    path: ({ eventUuid }: Buyer) => eventUuid,
    ...{ owner: 403, stranger: 403, organiser: 200 },
  })),
  {
    route: `GET ${base}/orders/{uuid}/history`,
    path: ({ order }) => order,
    ...{ owner: 403, stranger: 403, organiser: 200 },
  },
  {
    route: `GET ${base}/operations/{uuid}`,
    path: () => randomUUID(),
    ...{ owner: 403, stranger: 403, organiser: 404 },
  },
];

/** Returns a case's method and path. */
const routeOf = ({ route, path }: Case, buyer: Buyer) => {
  const value = path?.(buyer) ?? '';
  return route.includes('{uuid}') || !value ? route.replace('{uuid}', value) : `${route}?user_uuid=${value}`;
};

const codes: Record<number, string> = { 401: 'unauthorized', 403: 'forbidden' };

describe.each(cases)('$route', (one) => {
  const request = (buyer: Buyer, token?: string) =>
    ask(routeOf(one, buyer), { body: one.body?.(buyer), ...(token !== undefined && { token }) });

  test('needs a token', async () => {
    const buyer = await makeBuyer();
    expect(await request(buyer)).toMatchObject({ status: 401, error: codes[401], challenge: 'Bearer realm="onsale"' });
    const exp = Math.floor(Date.now() / 1000) - 60;
    const bad = [await secretToken({ sub: buyer.user }, `${testSecret}!`), await secretToken({ sub: buyer.user, exp })];
    for (const token of bad) {
      const challenge = 'Bearer realm="onsale", error="invalid_token"';
      expect(await request(buyer, token)).toMatchObject({ status: 401, error: codes[401], challenge });
    }
    // Nothing has happened meanwhile.
    expect((await request(buyer, buyer.token)).status).toBe(one.owner);
  });

  test.each(['stranger', 'organiser'] as const)('responds to a %s as expected', async (who) => {
    const buyer = await makeBuyer();
    const token = await (who === 'stranger' ? buyerToken(randomUUID()) : organiserToken());
    const { status, error, challenge } = await request(buyer, token);
    expect(status).toBe(one[who]);
    expect(challenge).toBeNull();
    if (status === 403) expect(error).toBe(codes[403]);
    if (status === 404) expect(error).toMatch(/^(reservation|order|operation)_not_found$/);
    expect((await request(buyer, buyer.token)).status).toBe(one.owner);
  });
});

test('every route of the document is among them, needs a token there, and says so', async () => {
  const document = (await (await app.request('/openapi.json')).json()) as {
    paths: Record<string, Record<string, { responses: object }>>;
    components: { securitySchemes: Record<string, object> };
  };
  expect(document.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
  const operations = Object.entries(document.paths)
    .filter(([path]) => path.startsWith(base))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ route: `${method.toUpperCase()} ${path}`, operation })),
    );
  expect([...new Set(cases.map((one) => one.route))].sort()).toEqual(operations.map((one) => one.route).sort());
  for (const { route, operation } of operations) {
    expect(operation).toMatchObject({ security: [{ bearer: [] }], responses: { 401: {} } });
    // Any API key may be one without the right to see orders.
    const isRefused =
      route === `GET ${base}/orders/{uuid}` || cases.some((one) => one.route === route && one.stranger === 403);
    expect([route, '403' in operation.responses]).toEqual([route, isRefused]);
  }
});

describe('a stranger in the own name', () => {
  test('does not get a seat that another user holds', async () => {
    const { held, user, token } = await makeBuyer();
    const stranger = randomUUID();
    const theirs = await buyerToken(stranger);
    const confirmation = { ticket_uuid: held, user_uuid: stranger, payment_method_uuid: card };
    expect(await ask(`POST ${base}/tickets/confirm`, { token: theirs, body: confirmation })).toMatchObject({
      status: 409,
      error: 'ticket_not_reserved',
    });
    const own = { ...confirmation, user_uuid: user };
    expect((await ask(`POST ${base}/tickets/confirm`, { token, body: own })).status).toBe(200);
  });

  test('does not give back tickets that another user has bought', async () => {
    const { order } = await makeBuyer();
    const stranger = randomUUID();
    const refund = { token: await buyerToken(stranger), body: { user_uuid: stranger } };
    expect(await ask(`POST ${base}/orders/${order}/refunds`, refund)).toMatchObject({
      status: 404,
      error: 'order_not_found',
    });
  });

  test('gets the same response for things that exist and things that don’t', async () => {
    const { order, reservation } = await makeBuyer();
    const token = await buyerToken(randomUUID());
    for (const [path, uuid] of [
      ['orders', order],
      ['reservations', reservation],
    ]) {
      const [is, isNot] = [uuid, randomUUID()].map((one) => ask(`GET ${base}/${path}/${one}`, { token }));
      expect(await is).toEqual((await isNot)!);
    }
  });
});

describe('an organiser', () => {
  test('gives an order back for its buyer, also when the buyer’s time is over', async () => {
    const late = appWith({ identities, refundWindowMs: 0 });
    const { order, user, token } = await makeBuyer();
    const route = `POST ${base}/orders/${order}/refunds`;
    expect(await ask(route, { of: late, token, body: { user_uuid: user } })).toMatchObject({
      status: 409,
      error: 'order_not_refundable',
    });
    const organiser = randomUUID();
    const asked = { of: late, token: await organiserToken(organiser), body: { user_uuid: organiser } };
    expect((await ask(route, asked)).status).toBe(201);
    expect((await ask(`GET ${base}/orders/${order}`, { token })).json).toMatchObject({ status: 'refunded' });
    await sale.audit();
  });
});

describe('an Idempotency-Key', () => {
  test('is the caller’s own: another’s request under the same one is another request', async () => {
    const [one, two] = [await makeBuyer(), await makeBuyer()];
    const key = randomUUID();
    const buy = ({ reservation, token }: Buyer) =>
      ask(`POST ${base}/orders`, {
        key,
        token,
        body: { reservation_uuid: reservation, payment_method_uuid: card },
      });
    const [first, other, again] = [await buy(one), await buy(two), await buy(one)];
    expect([first.status, other.status, again.status]).toEqual([201, 201, 201]);
    expect([first.replayed, other.replayed, again.replayed]).toEqual([false, false, true]);
    expect(again.json).toEqual(first.json);
  });

  test('of a request about another user’s things is not kept', async () => {
    const { user, token } = await makeBuyer();
    const key = randomUUID();
    const keys = () => sale.sql`select from idempotency_keys where key = ${key}`;
    const refund = { key, token, body: { user_uuid: user } };
    const order = { key, token, body: { reservation_uuid: randomUUID(), payment_method_uuid: card } };
    expect((await ask(`POST ${base}/orders/${randomUUID()}/refunds`, refund)).status).toBe(404);
    expect((await ask(`POST ${base}/orders`, order)).status).toBe(404);
    expect(await keys()).toHaveLength(0);
  });

  test('does not give its response to another caller that knows it', async () => {
    const { reservation, token, order, user } = await makeBuyer();
    const key = randomUUID();
    const buy = { key, body: { reservation_uuid: reservation, payment_method_uuid: card } };
    expect((await ask(`POST ${base}/orders`, { ...buy, token })).status).toBe(201);
    const stranger = await buyerToken(randomUUID());
    expect(await ask(`POST ${base}/orders`, { ...buy, token: stranger })).toMatchObject({
      status: 404,
      replayed: false,
    });
    const refund = { key: randomUUID(), body: { user_uuid: user } };
    expect((await ask(`POST ${base}/orders/${order}/refunds`, { ...refund, token })).status).toBe(201);
    expect(await ask(`POST ${base}/orders/${order}/refunds`, { ...refund, token: stranger })).toMatchObject({
      status: 403,
      replayed: false,
    });
  });
});

test('a wrong request without a token is a 401, and so is a path that is not there', async () => {
  for (const route of [`POST ${base}/orders`, `GET ${base}/orders/x`, `GET ${base}/nothing`, `PUT ${base}/orders`]) {
    expect([route, (await ask(route, {})).status]).toEqual([route, 401]);
  }
});

test('a path outside the API needs no token', async () => {
  for (const path of ['/livez', '/readyz', '/metrics', '/openapi.json', '/docs']) {
    expect([path, (await app.request(path)).status]).toEqual([path, 200]);
  }
  expect((await app.request('/webhooks/nothing', { method: 'POST' })).status).toBe(404);
});

test('the response is 503, and not that the token is wrong, while the keys can’t be fetched', async () => {
  const away = appWith({ identities: { verify: () => Promise.reject(unavailable('The login', undefined)) } });
  const { status, error, challenge } = await ask(`GET ${base}/orders/${randomUUID()}`, { of: away, token: 'x' });
  expect([status, error, challenge]).toEqual([503, 'unavailable', null]);
});

test('every caller is the user that they name while no tokens are checked', async () => {
  const trusting = appWith({});
  const { order, user } = await makeBuyer();
  expect((await ask(`GET ${base}/orders/${order}`, { of: trusting })).status).toBe(200);
  const refund = (userUuid: string) =>
    ask(`POST ${base}/orders/${order}/refunds`, { of: trusting, token: 'whatever', body: { user_uuid: userUuid } });
  expect((await refund(randomUUID())).status).toBe(404);
  expect((await refund(user)).status).toBe(201);
});
