import { afterAll, afterEach, beforeAll, beforeEach, expect, type Mock, spyOn, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { type TestDatabase, testDatabase } from '../../shared/testing/database.ts';
import { postgresEnv } from '../../tests/rig/targets.ts';
import { importCommand } from './import-cli.ts';

let database: TestDatabase;
let folder: string;
let said: string[];
let complained: string[];
let codeBefore: typeof process.exitCode;
let mocks: Mock<typeof console.log>[];
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onsale-import-'));
  [said, complained] = [[], []];
  codeBefore = process.exitCode;
  process.exitCode = 0;
  mocks = [
    spyOn(console, 'log').mockImplementation((line) => void said.push(line)),
    spyOn(console, 'error').mockImplementation((line) => void complained.push(line)),
  ];
});
afterEach(async () => {
  for (const mock of mocks) mock.mockRestore();
  process.exitCode = codeBefore ?? 0;
  await rm(folder, { recursive: true });
});
afterAll(() => database.drop());

async function fileOf(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const run = (...args: string[]) => importCommand.run(args, postgresEnv(database.config));
const csv =
  'section,row,seat,category,x,y,flags\nStalls,A,1,Front,0,0,\nStalls,A,2,Front,10,0,\nStalls,B,1,Rear,0,10,\n';

const gala = {
  venue: { name: 'City Hall', city: 'Berlin', country: 'DE', time_zone: 'Europe/Berlin' },
  performers: [{ name: 'The Chamber Orchestra' }],
  event: { name: 'Winter Concert', date: '2099-12-01T19:30:00+01:00', currency: 'EUR' },
  plan: 'hall.csv',
  offer: { prices: { Front: 4500, Rear: 3000 }, hold_backs: [{ name: 'Sponsor', seats: ['Stalls-A2'] }] },
  publish: true,
};

const counts = async () => {
  const [row] = await database.sql`
    select (select count(*)::int from venues) as venues, (select count(*)::int from performers) as performers,
      (select count(*)::int from events) as events, (select count(*)::int from tickets) as tickets,
      (select count(*)::int from seating_plans) as plans`;
  return row;
};

test('import event makes all of an event from one file, and only once', async () => {
  await fileOf('hall.csv', csv);
  const file = await fileOf('gala.json', gala);
  await run('event', file);
  const made = { venues: 1, performers: 1, events: 1, tickets: 3, plans: 1 };
  expect(await counts()).toEqual({ ...made });
  const [event] = await database.sql`
    select e.uuid, e.status, e.currency, v.location from events e join venues v on v.id = e.venue_id`;
  expect(event).toEqual({ uuid: said[0], status: 'published', currency: 'EUR', location: 'City Hall, Berlin' });
  const tickets = await database.sql`
    select seat, price::int as price, hold_back_id is not null as "isHeldBack" from tickets order by place`;
  expect([...tickets]).toEqual([
    { seat: 'Stalls-A1', price: 4500, isHeldBack: false },
    { seat: 'Stalls-A2', price: 4500, isHeldBack: true },
    { seat: 'Stalls-B1', price: 3000, isHeldBack: false },
  ]);
  await run('event', file);
  expect([said[1], await counts()]).toEqual([said[0], { ...made }]);
});

test('import event names each fault of the file and of its plan, and makes nothing', async () => {
  const before = await counts();
  const file = await fileOf('bad.json', { ...gala, event: { ...gala.event, currency: 'euro' }, stage: 1 });
  await run('event', file);
  expect([process.exitCode, complained]).toEqual([
    1,
    [
      `${file}: event.currency: must be a currency of ISO 4217, such as EUR`,
      `${file}: stage: is not known here: leave it out`,
    ],
  ]);
  complained = [];
  await fileOf('hall.csv', csv.replace('Rear,0', 'Rear,far'));
  await run('event', await fileOf('gala.json', gala));
  expect(complained).toEqual([expect.stringMatching(/hall\.csv: line 4: /)]);
  complained = [];
  await fileOf('hall.csv', csv);
  const priceless = await fileOf('priceless.json', { ...gala, offer: { prices: { Front: 1 } } });
  await run('event', priceless);
  expect(complained).toEqual([
    `${priceless}: offer.prices.Rear: is missing: give the price of each category, in minor units`,
  ]);
  complained = [];
  const free = await fileOf('free.json', { ...gala, event: { ...gala.event, currency: null } });
  await run('event', free);
  expect(complained).toEqual([`${free}: event.currency: must be set, as the event has an offer`]);
  complained = [];
  await run('event', await fileOf('cut.json', '{"venue":\n{'));
  expect(complained).toEqual([expect.stringContaining('cut.json: line 2: is no JSON from here on')]);
  const past = await fileOf('past.json', { ...gala, event: { ...gala.event, date: '2001-01-01T00:00:00Z' } });
  await expect(run('event', past)).rejects.toThrow(`${past}: date: must be in the future`);
  expect(await counts()).toEqual(before);
});

test('import plan adds a plan to a venue, and tells its faults by line', async () => {
  const [venue] = await database.sql<
    { uuid: string }[]
  >`insert into venues (location) values ('A hall') returning uuid`;
  await run('plan', await fileOf('hall.csv', csv), '--venue', venue!.uuid.toUpperCase());
  const [plan] = await database.sql`select uuid, places from seating_plans where uuid = ${said[0]!}`;
  expect(plan).toEqual({ uuid: said[0]!, places: 3 });
  const bad = await fileOf('bad.csv', csv.replace('A,2', 'A,1'));
  await expect(run('plan', bad, '--venue', venue!.uuid)).rejects.toThrow(`${bad}: line 3`);
  const nowhere = run('plan', bad, '--venue', crypto.randomUUID());
  await expect(nowhere).rejects.toThrow(new UsageError('Venue not found'));
  await expect(run('plan', bad)).rejects.toThrow('--venue');
  await expect(run('seats')).rejects.toThrow('takes plan or event');
});
