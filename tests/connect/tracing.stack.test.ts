import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { type OwnRedis, startRedis } from '../../shared/testing/redis-server.ts';
import { type FakeStripe, startFakeStripe } from '../fake-stripe/start.ts';
import { type Collector, startCollector, treeOf } from '../rig/collector.ts';
import { type Started, startProcess } from '../rig/process.ts';
import { postgresEnv, runners } from '../rig/targets.ts';

/** The collectors' files go here, or where TRACES_DIR keeps them. */
const dir = process.env.TRACES_DIR || mkdtempSync(join(tmpdir(), 'onsale-traces-'));
const user = randomUUID();

let database: TestDatabase;
let redis: OwnRedis;
let stripe: FakeStripe;
beforeAll(async () => {
  [database, redis, stripe] = await Promise.all([testDatabase(), startRedis(), startFakeStripe()]);
});
afterAll(async () => {
  await Promise.all([database.drop(), redis.stop(), stripe.close()]);
  if (!process.env.TRACES_DIR) rmSync(dir, { recursive: true, force: true });
});

const newTrace = () => randomBytes(16).toString('hex');
const traceparent = (traceId: string) => `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
const base = ({ ports }: Started) => `http://127.0.0.1:${ports[0]}`;

async function post(service: Started, path: string, body: object, trace?: string) {
  const headers = {
    'Content-Type': 'application/json',
    'Idempotency-Key': randomUUID(),
    ...(trace && { traceparent: traceparent(trace) }),
  };
  const response = await fetch(`${base(service)}/api/v1/booking/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Holds two seats of a new event and buys them. */
async function buy(service: Started, trace?: string) {
  const { tickets } = await makeEvent(database.sql);
  const method = await post(service, 'payment-methods', { user_uuid: user, reference: 'pm_card_visa' });
  const hold = { ticket_uuids: tickets.slice(0, 2), user_uuid: user };
  const held = await post(service, 'reservations', hold, trace);
  const order = { reservation_uuid: held.body.uuid, payment_method_uuid: method.body.uuid };
  return { tickets, bought: await post(service, 'orders', order, trace) };
}

const purchase = `
POST /api/v1/booking/reservations
  tickets.factsOf
    SELECT
  tickets.factsOf
  tickets.rulesOf
    SELECT
  locks.acquire
    EVALSHA
    ZADD
  reservations.create
    SELECT
POST /api/v1/booking/orders
  reservations.find
    SELECT
  idempotencyKeys.begin
    INSERT
  locks.cover
    EVALSHA
  orders.claim
    SELECT
  payments.authorise
    SELECT
    SELECT
    POST /v1/payment_intents
    INSERT
    POST /v1/payment_intents/{id}/confirm
    SELECT
  orders.settle
    SELECT
  locks.release
    EVALSHA
  orders.view
    SELECT
  idempotencyKeys.finish
    INSERT`;

/** Live views are told beside the purchase, in their own time. */
const isTelling = (line: string) => line === '  PUBLISH';

describe.each(Object.keys(runners) as (keyof typeof runners)[])('traces on %s', (kind) => {
  let collector: Collector;
  let booking: Started;
  let search: Started;
  let env: Record<string, string>;

  beforeAll(async () => {
    collector = startCollector(join(dir, `${kind}.jsonl`));
    env = {
      ...postgresEnv(database.config),
      SERVER_ADDR: '127.0.0.1:0',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    };
    const at = { REDIS_ADDR: redis.node, STRIPE_SECRET_KEY: 'sk_test_fake', STRIPE_API_BASE: stripe.base };
    booking = await startProcess(runners[kind]('booking'), { ...env, ...at });
    search = await startProcess(runners[kind]('search'), { ...env, SEARCH_SLOT: `traces_${kind}` });
  });
  afterAll(async () => {
    expect(await Promise.all([booking?.stop(), search?.stop()])).toEqual([0, 0]);
    await collector.stop();
  });

  const ofTrace = (traceId: string) => collector.spans().filter((span) => span.traceId === traceId);

  test('a purchase is one trace: HTTP, the domain’s ports, PostgreSQL, Redis and Stripe', async () => {
    const traceId = newTrace();
    const { bought } = await buy(booking, traceId);
    expect([bought.status, bought.body.status]).toEqual([201, 'paid']);
    const tree = await eventually(() => {
      const found = treeOf(collector.spans(), traceId);
      return found.some((line) => line === 'POST /api/v1/booking/orders') && found;
    });
    expect(tree.filter((line) => !isTelling(line))).toEqual(purchase.trim().split('\n'));
    expect(collector.headers.every((headers) => headers.get('x-key') === 'a secret')).toBe(true);
  });

  test('a refusal has its trace id in the body, in the log and in the trace, where it is no error', async () => {
    const { tickets } = await buy(booking);
    const traceId = newTrace();
    const hold = { ticket_uuids: tickets.slice(0, 1), user_uuid: randomUUID() };
    const refused = await post(booking, 'reservations', hold, traceId);
    expect(refused).toMatchObject({ status: 409, body: { error: 'ticket_not_available', trace_id: traceId } });
    const root = await eventually(() => ofTrace(traceId).find(({ name }) => name.startsWith('POST ')) ?? false);
    expect(root).toMatchObject({ isError: false, attributes: { 'http.response.status_code': 409 } });
    const line = await eventually(() => {
      const found = booking
        .output()
        .split('\n')
        .find((text) => text.includes(traceId));
      return found !== undefined && JSON.parse(found);
    });
    expect(line).toMatchObject({ msg: 'request', status: 409, trace_id: traceId, span_id: root.spanId });
  });

  test('a renamed event’s document is indexed in a trace that links to the change’s own', async () => {
    const [traceId, name, old] = [newTrace(), randomUUID(), randomUUID()];
    const { id } = await makeEvent(database.sql, { name: old });
    // Else its own making and the new name are one batch.
    await eventually(async () => {
      const found = await fetch(`${base(search)}/api/v1/search/events?q=${old}`);
      return (await found.text()).includes(old);
    });
    const parent = traceparent(traceId);
    await database.sql.begin(async (sql) => {
      await sql`select pg_logical_emit_message(true, 'traceparent', ${parent})`;
      await sql`update events set name = ${name} where id = ${id}`;
    });
    const root = await eventually(
      () => collector.spans().find(({ links }) => links.some((link) => link.traceId === traceId)) ?? false,
    );
    expect(root.parentId).toBeUndefined();
    expect(root).toMatchObject({
      service: 'onsale-search',
      name: 'process events',
      kind: 5,
      attributes: { 'onsale.rows': [`events ${id}`], 'onsale.tables': ['events'] },
      links: [{ spanId: parent.split('-')[2] }],
    });
    expect(treeOf(collector.spans(), root.traceId)).toEqual([
      'process events',
      '  catalogue.position',
      '    SELECT',
      '  catalogue.inOneState',
      '    SELECT',
      '    SELECT',
      '  index.apply',
    ]);
  });

  test('without a traced caller nothing is traced, and nothing shows a trace id', async () => {
    const before = collector.spans().length;
    const { tickets } = await buy(booking);
    const refused = await post(booking, 'reservations', { ticket_uuids: tickets, user_uuid: randomUUID() });
    expect(refused.body.trace_id).toBeUndefined();
    // What was traced before it would have arrived before it.
    const traceId = newTrace();
    await post(booking, 'reservations', { ticket_uuids: tickets, user_uuid: randomUUID() }, traceId);
    await eventually(() => ofTrace(traceId).some(({ name }) => name.startsWith('POST ')));
    expect(collector.spans().slice(before)).toEqual(ofTrace(traceId));
  });

  test('a collector that is away costs no request, and is told once', async () => {
    const away = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_EXPORTER_OTLP_TIMEOUT: '100' };
    const service = await startProcess(runners[kind]('booking'), { ...env, ...away, OTEL_TRACES_SAMPLER: 'always_on' });
    expect((await buy(service)).bought.status).toBe(201);
    await eventually(() => service.output().includes('traces are lost'));
    expect((await buy(service)).bought.status).toBe(201);
    // At its end it tries to send what waits.
    expect(await service.stop()).toBe(0);
    expect(service.output().match(/traces are lost/g)).toHaveLength(1);
  });
});
