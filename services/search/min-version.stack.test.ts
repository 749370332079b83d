import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { walPosition } from '../../shared/db/wal-position.ts';
import type { Running } from '../../shared/process/lifecycle.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { stackAddress } from '../../shared/testing/stack.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { start } from './main.ts';
import { makeEvent, makeVenue } from './testing.ts';

// Two processes that share an index: one follows the database, the other is asked.

setDefaultTimeout(90_000);

const address = stackAddress('ELASTICSEARCH_ADDR').split(',')[0]!;
const name = `test-${randomBytes(6).toString('hex')}`;
let database: TestDatabase;
let cdc: Running;
let api: Running;
let venueId: number;
beforeAll(async () => {
  database = await testDatabase();
  venueId = await makeVenue(database.sql, 'Hall');
  const env = {
    ...postgresEnv(database.config),
    SERVER_ADDR: '127.0.0.1:0',
    LOG_LEVEL: 'fatal',
    ELASTICSEARCH_ADDR: address,
    ELASTICSEARCH_INDEX: name,
    SEARCH_SLOT: `min_${database.config.database}`,
    DEMAND_INTERVAL: '500ms',
  };
  cdc = await start({ ...env, ROLE: 'cdc' });
  await cdc.ready;
  api = await start({ ...env, ROLE: 'api' });
});
afterAll(async () => {
  await Promise.all([cdc.stop(), api.stop()]);
  const found = (await (await fetch(`${address}/${name}.*`)).json()) as object;
  for (const index of Object.keys(found)) await fetch(`${address}/${index}`, { method: 'DELETE' });
  await database.drop();
});

const ask = (query: string) => fetch(`http://127.0.0.1:${api.port}/api/v1/search/events?${query}`);
const totalOf = async (query: string) => ((await (await ask(query)).json()) as { total: number }).total;

test('a write is found at its version through another process, past a page that it has cached', async () => {
  const waits: number[] = [];
  for (let n = 1; n <= 15; n++) {
    await database.sql.begin(async (tx) => {
      await tx`set local synchronous_commit = 'on'`;
      await makeEvent(tx as never, { venueId, name: 'Gala' });
    });
    const version = await walPosition(database.db);
    await totalOf('q=gala');
    const begun = performance.now();
    expect(await totalOf(`q=gala&min_version=${version}`)).toBe(n);
    waits.push(Math.round(performance.now() - begun));
  }
  console.log(`found after ${waits.sort((a, b) => a - b).join(' ')} ms`);
  await database.sql`insert into app_state (key, value) values ('other', 'table')`;
  expect(await totalOf(`q=gala&min_version=${await walPosition(database.db)}`)).toBe(15);
  expect(Number((await ask('q=gala')).headers.get('x-index-age'))).toBeLessThan(10);
});

test('what has sold is in the document once an interval', async () => {
  const id = await makeEvent(database.sql, { venueId, name: 'Opera' });
  await database.sql`insert into tickets (event_id, seat, price) select ${id}, 'S' || n, 700 from generate_series(1, 8) n`;
  type Hits = { hits: { hits: { _source: object }[] } };
  const kept = async () => {
    const found = await fetch(`${address}/${name}/_search?q=id:${id}`);
    return ((await found.json()) as Hits).hits.hits[0]?._source;
  };
  await eventually(async () => expect(await kept()).toMatchObject({ seats_left: 8, price_from: 700, popularity: 0 }));
  await database.sql`update tickets set status = 'booked' where event_id = ${id} and seat = 'S1'`;
  await eventually(async () => expect(await kept()).toMatchObject({ seats_left: 7 }));
});
