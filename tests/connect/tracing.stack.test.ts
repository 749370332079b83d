import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { makeEvent } from '../../shared/testing/factories.ts';
import { type Collector, startCollector, treeOf } from '../rig/collector.ts';
import { type Started, startProcess } from '../rig/process.ts';
import { postgresEnv, runners } from '../rig/targets.ts';

const dir = mkdtempSync(join(tmpdir(), 'onsale-traces-'));
const user = randomUUID();

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(async () => {
  await database.drop();
  rmSync(dir, { recursive: true, force: true });
});

const traceparent = (traceId: string, flags = '01') => `00-${traceId}-${randomBytes(8).toString('hex')}-${flags}`;
const newTrace = () => randomBytes(16).toString('hex');

async function post(base: string, path: string, body: object, headers: Record<string, string> = {}) {
  return fetch(`${base}/api/v1/booking/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID(), ...headers },
  });
}

describe.each(Object.keys(runners) as (keyof typeof runners)[])('traces on %s', (kind) => {
  let collector: Collector;
  let booking: Started;
  let search: Started;
  const base = ({ ports }: Started) => `http://127.0.0.1:${ports[0]}`;

  beforeAll(async () => {
    collector = startCollector(join(dir, `${kind}.jsonl`));
    const env = {
      ...postgresEnv(database.config),
      SERVER_ADDR: '127.0.0.1:0',
      SEARCH_SLOT: `traces_${database.config.database}_${kind}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20secret',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_TRACES_SAMPLER: 'parentbased_always_off',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    };
    booking = await startProcess(runners[kind]('booking'), env);
    search = await startProcess(runners[kind]('search'), env);
  });
  afterAll(async () => {
    expect(await Promise.all([booking?.stop(), search?.stop()])).toEqual([0, 0]);
    await collector.stop();
  });

  test('a purchase is one trace: its calls of the domain, the database and the payment provider', async () => {
    const { tickets } = await makeEvent(database.sql);
    const traceId = newTrace();
    const headers = { traceparent: traceparent(traceId) };
    const hold = { ticket_uuids: tickets.slice(0, 2), user_uuid: user };
    const held = await (await post(base(booking), 'reservations', hold, headers)).json();
    const order = { reservation_uuid: held.uuid, payment_method_uuid: randomUUID() };
    const bought = await post(base(booking), 'orders', order, headers);
    expect([bought.status, await bought.json()]).toMatchObject([201, { status: 'paid' }]);
    const tree = await eventually(() => {
      const found = treeOf(collector.spans(), traceId);
      return found.filter((line) => line.startsWith('POST')).length === 2 && found;
    });
    console.log(tree.join('\n'));
  });
});
