import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { program as booking } from '../services/booking/main.ts';
import { program as events } from '../services/events/main.ts';
import { program as search } from '../services/search/main.ts';
import type { PostgresConfig } from '../shared/config/config.ts';
import { emptyDatabase, type TestDatabase } from '../shared/testing/database.ts';
import { startProcess } from '../tests/rig/process.ts';
import { postgresEnv } from '../tests/rig/targets.ts';

/** Each command fails in the ways that its operator meets. */

const root = join(import.meta.dirname, '..');
const away = { POSTGRES_HOST: '127.0.0.1', POSTGRES_PORT: '1' };
const noIndex = { ...away, ELASTICSEARCH_ADDR: 'http://127.0.0.1:1' };
const noKafka = { KAFKA_LISTENERS: '127.0.0.1:1' };
const noConnect = { KAFKA_CONNECT_URL: 'http://127.0.0.1:1' };

/** Every call of every binary but those that need no server. `migrate wait` waits for its server, and does not fail. */
const calls: [call: string, env: Record<string, string>, says: RegExp][] = [
  ['events migrate', away, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED 127\.0\.0\.1:1\nNothing listens there/],
  ['events migrate status', away, /^PostgreSQL at 127\.0\.0\.1:1: .*ECONNREFUSED/],
  ['events seed', away, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ['events seed --events 5', away, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ['events plan check FILE', {}, /^FILE: there is no such file/],
  ['events plan draw FILE', {}, /^FILE: there is no such file/],
  ['events plan convert FILE', {}, /^FILE: there is no such file/],
  ['events plan generate --rows N --seats N', {}, /^--rows must be a whole number from 1 to 1000, not N$/m],
  ['events import plan FILE --venue UUID', {}, /^FILE: there is no such file/],
  ['events import event FILE', {}, /^FILE: there is no such file/],
  ['events organiser create NAME', away, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ['events api-key create --name NAME', away, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ['events api-key list', away, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ['events api-key revoke UUID', away, /^the key must be a uuid$/m],
  ['events health', { SERVER_ADDR: ':1' }, /^Nothing answers at http:\/\/127\.0\.0\.1:1\/readyz/],
  ['events config', { SERVER_ADDR: 'x' }, /SERVER_ADDR=x: must be host:port/],
  ['events config', { METRICS_ADDR: ':8080' }, /SERVER_ADDR, METRICS_ADDR: both name port 8080: give each a port of/],
  ['search config', { METRICS_ADDR: ':8082' }, /SERVER_ADDR, METRICS_ADDR: both name port 8082: give each a port of/],
  ['booking order UUID', away, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ['booking audit', away, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ['search reindex', noIndex, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ['search verify', noIndex, /^PostgreSQL at 127\.0\.0\.1:1: connect ECONNREFUSED/],
  ['search connector apply', noConnect, /^Kafka Connect does not answer at 127\.0\.0\.1:1/],
  ['search connector status', noConnect, /^Kafka Connect does not answer at 127\.0\.0\.1:1/],
  ['search connector delete', noConnect, /^Kafka Connect does not answer at 127\.0\.0\.1:1/],
  ['search dead-letters list', noKafka, /^Kafka is unavailable: .*ECONNREFUSED/],
  ['search dead-letters replay', noKafka, /^Kafka is unavailable: .*ECONNREFUSED/],
  ['standalone', { ...away, ...anyPorts() }, /connect ECONNREFUSED 127\.0\.0\.1:1\nNothing listens there/],
  ['standalone', { ONSALE_DIR: '/proc/nowhere', ...anyPorts() }, /No database can be kept in \/proc\/nowhere/],
];

/** Wrong arguments. */
const mistakes: [call: string, says: RegExp][] = [
  ['events sell', /^Unknown command sell/],
  ['events config all', /^events config takes nothing, not all$/m],
  ['events health now', /^events health takes nothing, not now$/m],
  ['events --version please', /^events --version takes nothing, not please$/m],
  ['events migrate up', /^events migrate takes nothing, status or wait; not up/],
  ['events seed --rows 3', /^Unknown option '--rows'/],
  ['events seed --events many', /^--events must be a whole number/],
  ['events import seats', /^events import takes plan or event/],
  ['events plan sell', /^events plan takes check, draw, convert or generate/],
  ['events plan check', /^events plan check takes one file/],
  ['events organiser', /^events organiser takes create and a name/],
  ['events api-key create', /^events api-key takes create --name NAME, list, or revoke UUID/],
  ['booking audit now', /^booking audit takes nothing, not now$/m],
  ['booking order', /^booking order takes the uuid of one order$/m],
  ['booking order one two', /^booking order takes the uuid of one order$/m],
  ['search reindex now', /^search reindex takes nothing, not now$/m],
  ['search verify now', /^search verify takes nothing, not now$/m],
  ['standalone --rest', /^Unknown option '--rest'\nUsage: npm start/],
  ['scripts/build.ts --bogus', /^Unknown option '--bogus'\nUsage: /],
  ['tests/histories/main.ts --bogus', /^Unknown option '--bogus'\nUsage: /],
  ['tests/histories/main.ts --seconds ten', /^--seconds must be a whole number, not ten$/m],
  ['tests/bench/main.ts --bogus', /^Unknown option '--bogus'\nUsage: /],
  ['tests/relevance/main.ts --bogus', /^Unknown option '--bogus'\nUsage: /],
  ['tests/relevance/main.ts --seed x', /^--seed must be a whole number, not x\nUsage: /],
  ['tests/load/main.ts', /^Usage: npm run load/],
];

describe('a command that fails prints the reason in a sentence, and no more:', () => {
  test.each(calls)('%s', async (call, env, says) => {
    await failsInWords(call, env, says);
  });

  test('every command is tried', () => {
    const known = [events, booking, search].flatMap(({ name, commands }) =>
      Object.values(commands).flatMap(({ usage }) => usage.map(([words]) => `${name} ${words.replace(/ \[.*/, '')}`)),
    );
    const tried = calls.map(([call]) => call.replace('--events 5', '--events 100000'));
    expect(known.filter((call) => !tried.includes(call))).toEqual(['events migrate wait']);
  });

  test.each(mistakes)('%s', async (call, says) => {
    await failsInWords(call, {}, says);
  });
});

describe('a command that reaches its PostgreSQL', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await emptyDatabase();
  });
  afterAll(() => database.drop());
  const env = (change: Partial<PostgresConfig>) => postgresEnv({ ...database.config, ...change });

  test.each(['events migrate', 'events seed', 'booking audit'])('%s: a wrong password', async (call) => {
    const says =
      /^PostgreSQL at \S+: password authentication failed for user "\w+"\nSet POSTGRES_USER and POSTGRES_PASSWORD/;
    await failsInWords(call, env({ password: 'hush' }), says);
  });

  test.each(['events migrate', 'events seed', 'booking audit'])('%s: a missing database', async (call) => {
    await failsInWords(call, env({ database: 'nowhere' }), /database "nowhere" does not exist\nCreate the database/);
  });

  test.each(['events migrate status', 'booking audit'])('%s: TLS, of which it has none', async (call) => {
    const says = /^PostgreSQL at \S+: .*TLS.*\nDoes the server speak TLS\? Turn ssl on there/;
    await failsInWords(call, { ...env({}), POSTGRES_SSLMODE: 'require' }, says);
  });

  test.each(['events seed', 'booking audit'])('%s: a missing schema', async (call) => {
    await failsInWords(call, env({}), /relation "\w+" does not exist\nThe schema is missing/);
  });
});

test('npm run bench -- --help lists the parts, and builds nothing first', async () => {
  const { code, said } = await run('scripts/launch.mjs bench --help', {});
  expect([code, said]).toEqual([0, expect.stringMatching(/^Usage: npm run bench \[-- options\]\n/)]);
});

test('LOG_LEVEL=debug shows where a failure came from', async () => {
  const { code, said } = await run('events migrate', { ...away, LOG_LEVEL: 'debug' });
  expect(code).toBe(1);
  expect(said).toMatch(/ECONNREFUSED[\s\S]*\n {6}at /);
});

test('a command warns of a misspelt variable, too', async () => {
  const { said } = await run('events migrate', { ...away, POSTGRES_HOTS: 'db' });
  expect(said).toStartWith('POSTGRES_HOTS is read by nothing: did you mean POSTGRES_HOST?\n');
});

test('a service logs a line for each unknown variable, and does not take a link of Kubernetes for a port', async () => {
  const link = 'tcp://10.0.0.1:6000';
  const env = { SERVER_ADDR: '127.0.0.1:0', POSTGRES_HOTS: 'hush', REDIS_PORT: link, REDIS_SERVICE_HOST: '10.0.0.1' };
  const links = { POSTGRES_PORT: link, POSTGRES_PORT_6000_TCP: link };
  const { output, stop } = await startProcess(command('events'), { ...env, ...links });
  await stop();
  const lines = output()
    .split('\n')
    .filter((line) => line.includes('"warn"') && /is read by|link to/.test(line));
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { service: 'events', msg: 'POSTGRES_HOTS is read by nothing: did you mean POSTGRES_HOST?' },
    { service: 'events', msg: expect.stringMatching(/^POSTGRES_PORT=tcp:.* is Kubernetes’ link .* counts as not set/) },
  ]);
  const shown = await run('events config', links);
  expect(shown.said).toContain('\nPOSTGRES_PORT=5432  # default\n');
});

test('a port that looks like a link, but is none of Kubernetes’, is refused', async () => {
  await failsInWords(
    'events config',
    { POSTGRES_PORT: 'tcp://10.0.0.1:6000' },
    /POSTGRES_PORT=tcp:.*: must be a whole number/,
  );
});

function anyPorts() {
  const free = '127.0.0.1:0';
  return { EVENTS_ADDR: free, BOOKING_ADDR: free, SEARCH_ADDR: free };
}

async function failsInWords(call: string, env: Record<string, string>, says: RegExp): Promise<void> {
  const { code, said } = await run(call, env);
  expect(said.replace(/^Onsale is starting\n( {2}\w.*\n)*/, '')).toMatch(says);
  expect(said).not.toMatch(/^\s*at |^\s*\d+ \| |node_modules|\.ts:\d|hush/m);
  expect(code).not.toBe(0);
}

/** Returns the call of a service by its name, or of a script by its file. */
function command(call: string): string[] {
  const [name = '', ...args] = call.split(' ');
  const file = /\.(ts|mjs)$/.test(name)
    ? name
    : name === 'standalone'
      ? 'standalone/main.ts'
      : `services/${name}/main.ts`;
  return [process.execPath, join(root, file), ...args];
}

/** Runs a call to its end. */
async function run(call: string, env: Record<string, string>): Promise<{ code: number; said: string }> {
  const bare = { PATH: process.env.PATH, HOME: process.env.HOME, ...env };
  const [program = '', ...args] = command(call);
  const child = spawn(program, args, { cwd: root, env: bare });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? 255)));
  return { code, said };
}
