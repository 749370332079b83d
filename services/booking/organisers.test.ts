import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { withApiKeys } from '../../shared/auth/api-keys.ts';
import { postgresApiKeys } from '../../shared/auth/api-keys-postgres.ts';
import { jwtIdentities } from '../../shared/auth/jwt.ts';
import { silentLog } from '../../shared/process/log.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { makeApiKey, makeOrganiser } from '../../shared/testing/organisers.ts';
import { secretToken, testSecret } from '../../shared/testing/tokens.ts';
import { appOver } from './app.harness.ts';
import { createOrder, reserveTickets, type Sale, startSale } from './testing.ts';

const base = '/api/v1/booking';
/** Those whose events a buyer has bought: an organiser, another one, and the platform. */
const hosts = ['host', 'rival', 'platform'] as const;
type Host = (typeof hosts)[number];

const persons = { buyer: randomUUID(), stranger: randomUUID(), host: randomUUID(), rival: randomUUID() };
const [platform, admin] = [randomUUID(), randomUUID()];
let sale: Sale;
let app: ReturnType<typeof appOver>;
let organisers: { host: string; rival: string; platform: null };
let tokens: Record<string, string>;

beforeAll(async () => {
  sale = await startSale();
  const identities = jwtIdentities({ keys: { secret: testSecret } }, silentLog);
  app = appOver(sale, { identities: withApiKeys(identities, postgresApiKeys(sale.db), silentLog) });
  organisers = { host: await makeOrganiser(sale.sql), rival: await makeOrganiser(sale.sql), platform: null };
  const { host, rival } = organisers;
  const key = async (organiserUuid: string | null, ...scopes: ('read' | 'sell' | 'manage')[]) =>
    (await makeApiKey(sale.sql, { organiserUuid, scopes })).key;
  tokens = {
    buyer: await secretToken({ sub: persons.buyer }),
    stranger: await secretToken({ sub: persons.stranger }),
    host: await secretToken({ sub: persons.host, organiser: host }),
    rival: await secretToken({ sub: persons.rival, organiser: rival }),
    unknown: await secretToken({ sub: randomUUID(), organiser: randomUUID() }),
    platform: await secretToken({ sub: platform, scope: 'organiser' }),
    admin: await secretToken({ sub: admin, scope: 'admin' }),
    'a key that reads': await key(host, 'read'),
    'a key that sells': await key(host, 'sell'),
    'a key that manages': await key(host, 'manage'),
    'a key of the platform': await key(null, 'read', 'sell', 'manage'),
  };
});
afterAll(() => sale.drop());

/** A paid order of the buyer at each host's event. */
async function makeOrders(userUuid = persons.buyer): Promise<Record<Host, string>> {
  const orders = {} as Record<Host, string>;
  for (const host of hosts) {
    const { id, tickets } = await makeEvent(sale.sql, { seats: 1 });
    await sale.sql`update events set organiser_id = (select id from organisers where uuid = ${organisers[host]})
      where id = ${id}`;
    const { uuid: reservationUuid } = await reserveTickets(sale.deps, { userUuid, ticketUuids: tickets });
    orders[host] = (await createOrder(sale.deps, { reservationUuid, methodUuid: randomUUID() })).uuid;
  }
  return orders;
}

async function ask(who: string, route: string, body?: object) {
  const [method = '', path = ''] = route.split(' ');
  const headers = {
    Authorization: `Bearer ${tokens[who]}`,
    'Content-Type': 'application/json',
    'Idempotency-Key': randomUUID(),
  };
  const response = await app.request(`${base}${path}`, {
    method,
    headers,
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

type Row = {
  who: string;
  /** Statuses for the orders of the host, the rival and the platform. */
  sees: number[];
  refunds: number[];
  /** Whose orders of the buyer a list shows, or its status. */
  lists: Host[] | number;
  /** Whom a refund names; left out: the buyer. */
  names?: string;
};

const rows: Row[] = [
  { who: 'buyer', sees: [200, 200, 200], refunds: [201, 201, 201], lists: ['host', 'rival', 'platform'] },
  { who: 'stranger', sees: [404, 404, 404], refunds: [404, 404, 404], lists: 403, names: persons.stranger },
  { who: 'host', sees: [200, 404, 404], refunds: [201, 404, 404], lists: ['host'], names: persons.host },
  { who: 'rival', sees: [404, 200, 404], refunds: [404, 201, 404], lists: ['rival'], names: persons.rival },
  { who: 'unknown', sees: [404, 404, 404], refunds: [403, 403, 403], lists: [] },
  { who: 'platform', sees: [200, 200, 200], refunds: [201, 201, 201], lists: [...hosts], names: platform },
  { who: 'admin', sees: [200, 200, 200], refunds: [201, 201, 201], lists: [...hosts], names: admin },
  { who: 'a key that reads', sees: [200, 404, 404], refunds: [403, 404, 404], lists: ['host'] },
  { who: 'a key that sells', sees: [200, 404, 404], refunds: [201, 404, 404], lists: ['host'] },
  { who: 'a key that manages', sees: [403, 404, 404], refunds: [403, 404, 404], lists: 403 },
  { who: 'a key of the platform', sees: [404, 404, 200], refunds: [404, 404, 201], lists: ['platform'] },
];

describe.each(rows)('$who', ({ who, sees, refunds, lists, names = persons.buyer }) => {
  test('sees and gives back these orders', async () => {
    const orders = await makeOrders();
    const all = (work: (uuid: string) => Promise<{ status: number }>) =>
      Promise.all(hosts.map(async (host) => (await work(orders[host])).status));
    expect(await all((uuid) => ask(who, `GET /orders/${uuid}`))).toEqual(sees);
    const listed = await ask(who, `GET /orders?limit=3&user_uuid=${persons.buyer}`);
    if (typeof lists === 'number') expect(listed.status).toBe(lists);
    else {
      const found = (listed.json.orders as { uuid: string }[]).map(({ uuid }) => uuid);
      const own = hosts.filter((host) => found.includes(orders[host]));
      expect(own).toEqual(hosts.filter((host) => lists.includes(host)));
    }
    expect(await all((uuid) => ask(who, `POST /orders/${uuid}/refunds`, { user_uuid: names }))).toEqual(refunds);
    // The audit log has those who give another's order back.
    const noted = await sale.sql`
      select from audit_log where action = 'order.refunded' and actor_uuid is not null
        and thing_uuid = any(${Object.values(orders)})`;
    expect(noted).toHaveLength(who === 'buyer' ? 0 : refunds.filter((status) => status === 201).length);
    await sale.audit();
  });
});

test('a key says which scope it lacks', async () => {
  const { host } = await makeOrders();
  const { json } = await ask('a key that reads', `POST /orders/${host}/refunds`, { user_uuid: persons.buyer });
  expect(json).toMatchObject({ error: 'forbidden', message: expect.stringContaining('the scope sell') });
});

test('a key that names another buyer finds no order, and acts for no buyer', async () => {
  const { host } = await makeOrders();
  const other = { user_uuid: persons.stranger };
  expect(await ask('a key that sells', `POST /orders/${host}/refunds`, other)).toMatchObject({ status: 404 });
  const { tickets } = await makeEvent(sale.sql, { seats: 1 });
  const hold = { user_uuid: persons.buyer, ticket_uuids: tickets };
  expect(await ask('a key that sells', 'POST /reservations', hold)).toMatchObject({
    status: 403,
    json: { message: expect.stringContaining('API key acts for no buyer') },
  });
});

test('an organiser’s own purchase elsewhere is bound by the time to give it back, the one at its own event is not', async () => {
  const orders = await makeOrders(persons.host);
  const late = appOver(sale, {
    refundWindowMs: 0,
    identities: jwtIdentities({ keys: { secret: testSecret } }, silentLog),
  });
  const refund = async (uuid: string) => {
    const headers = {
      Authorization: `Bearer ${tokens.host}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    };
    const body = JSON.stringify({ user_uuid: persons.host });
    return (await late.request(`${base}/orders/${uuid}/refunds`, { method: 'POST', headers, body })).status;
  };
  expect([await refund(orders.rival), await refund(orders.host)]).toEqual([409, 201]);
});

test('a buyer’s requests cost no look for the organiser', async () => {
  const orders = await makeOrders();
  const organiserOf = () => Promise.reject(new Error('asked for the organiser'));
  const blind = appOver(sale, {
    identities: jwtIdentities({ keys: { secret: testSecret } }, silentLog),
    orders: { ...sale.deps.orders, organiserOf },
  });
  const headers = { Authorization: `Bearer ${tokens.buyer}` };
  expect((await blind.request(`${base}/orders/${orders.host}`, { headers })).status).toBe(200);
});
