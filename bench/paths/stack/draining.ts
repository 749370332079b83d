import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { eventIndex } from '../../../services/search/adapters/elasticsearch/mapping.ts';
import { postgresCatalogue } from '../../../services/search/adapters/postgres-catalogue.ts';
import type { EventDocument } from '../../../services/search/domain/event-document.ts';
import { sleep } from '../../../shared/clock.ts';
import { percentile } from '../../numbers.ts';
import { memoryOf, type Server, startServer } from '../../processes.ts';
import { ready } from '../../ready.ts';
import type { Finding, Path } from '../../section.ts';
import { root, type World } from '../../world.ts';

const leastRatio = 0.4;
const perBulk = 1000;
const memoryAimMb = 150;
/** Elasticsearch's default refresh interval, and half a second. */
const searchableAimMs = 1500;

export const draining: Path = {
  name: 'draining',
  about:
    'Changes of that many events by one SQL statement while no process follows, then read from Kafka and indexed by one in the ' +
    'role `cdc`: documents a second from the first one to the last. The floor is bulk requests of 1,000 of the same documents into ' +
    'an index with the same mapping. Then changes one at a time, each searched for until it is found.',
  async run(world) {
    const count = world.extent.quick ? 2000 : 20_000;
    const { progress, db } = world;
    progress.begin(`draining ${count.toLocaleString('en')} changes`);
    const word = `drained${randomUUID().slice(0, 8)}`;
    await db.sql`
      insert into events (name, description, date, venue_id)
      select ${word} || ' ' || n, 'An evening that is described in some words, as evenings are.', now() + interval '90 days', v.id
      from generate_series(1, ${count}::int) n join lateral (
        select id from venues order by md5(n::text || uuid) limit 1) v on true`;
    // Once, so that the group has its place and the index its events.
    await world.withServers(startCdc(world), async (cdc) => {
      await ready(cdc.port);
      await searchable(world, word, count);
      while ((await metric(cdc, 'cdc_lag_changes')) > 0) await sleep(500);
    });
    const before = await endOf(world);
    await db.sql`update events set description = description || ' Again.' where name like ${`${word}%`}`;
    while ((await endOf(world)) < before + count) await sleep(50);

    const drained = await world.withServers(startCdc(world), async (cdc) => {
      const perSecond = await drain(cdc, count);
      await sleep(5000);
      return { perSecond, memory: memoryOf(cdc.pid) };
    });
    const raw = await bulk(world, word);
    const ratio = drained.perSecond / raw;
    const findings: Finding[] = [
      { what: 'drained', value: `${drained.perSecond.toFixed(0)} documents/s` },
      { what: 'raw bulk requests', value: `${raw.toFixed(0)} documents/s` },
      { what: 'ratio', value: ratio.toFixed(2), aim: `≥ ${leastRatio}`, met: ratio >= leastRatio },
      ...(await oneByOne(world)),
      {
        what: 'resident memory of dist/search in the role cdc, five seconds after',
        value: `${drained.memory?.residentMb.toFixed(0)} MB, at most ${drained.memory?.peakMb.toFixed(0)} MB meanwhile`,
        aim: `≤ ${memoryAimMb} MB`,
        met: (drained.memory?.residentMb ?? 0) <= memoryAimMb,
      },
    ];
    await db.sql`delete from events where name like ${`${word}%`}`;
    return { comparisons: [], findings };
  },
};

/** The compiled binary, whose memory is told too. */
const startCdc = ({ databaseEnv }: World) =>
  startServer([join(root, 'dist', 'search')], { ...databaseEnv, ROLE: 'cdc', SERVER_ADDR: '127.0.0.1:0' });

/** From the first changes that are seen to be indexed to the last. */
async function drain(cdc: Server, count: number): Promise<number> {
  const first = await handled(cdc, 1);
  const began = performance.now();
  const last = await handled(cdc, count);
  return (last - first) / ((performance.now() - began) / 1000);
}

/** Waits until the process has handled so many changes; answers how many. */
async function handled(cdc: Server, least: number): Promise<number> {
  for (;;) {
    const changes = await metric(cdc, 'cdc_changes_total');
    if (changes >= least) return changes;
    await sleep(10);
  }
}

async function metric({ port }: Server, name: string): Promise<number> {
  const text = await fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text());
  return Number(new RegExp(`^${name}(?:{[^}]*})? (\\d+)`, 'm').exec(text)?.[1] ?? 0);
}

/** Messages that the topic of events has had. */
async function endOf({ databaseEnv }: World): Promise<number> {
  const kafka = new Kafka({ brokers: databaseEnv.KAFKA_LISTENERS!.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(`${databaseEnv.KAFKA_TOPIC_PREFIX}.public.events`);
  await admin.disconnect();
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

async function searchable({ databaseEnv }: World, word: string, count: number): Promise<void> {
  const path = `${databaseEnv.ELASTICSEARCH_ADDR}/${databaseEnv.ELASTICSEARCH_INDEX}/_count?q=name:${word}`;
  for (;;) {
    const answer = (await (await fetch(path)).json()) as { count?: number };
    if ((answer.count ?? 0) >= count) return;
    await sleep(100);
  }
}

async function bulk({ db, databaseEnv }: World, word: string): Promise<number> {
  const documents: EventDocument[] = [];
  for await (const batch of postgresCatalogue(db).all(perBulk)) {
    documents.push(...batch.filter(({ name }) => name.startsWith(word)));
  }
  const index = `${databaseEnv.ELASTICSEARCH_INDEX}-raw`;
  const send = async (method: string, path: string, body: string, type = 'application/json') => {
    const answer = await fetch(`${databaseEnv.ELASTICSEARCH_ADDR}${path}`, {
      method,
      body,
      headers: { 'Content-Type': type },
    });
    const said = (await answer.json()) as { errors?: boolean };
    if (!answer.ok || said.errors) throw new Error(`${path}: ${JSON.stringify(said).slice(0, 500)}`);
  };
  await send('PUT', `/${index}`, JSON.stringify(eventIndex()));
  const began = performance.now();
  for (let at = 0; at < documents.length; at += perBulk) {
    const lines = documents.slice(at, at + perBulk).map((document) => {
      const action = { index: { _id: String(document.id), version: 1, version_type: 'external_gte' } };
      return `${JSON.stringify(action)}\n${JSON.stringify({ ...document, gone: false, version: '1' })}\n`;
    });
    await send('POST', `/${index}/_bulk`, lines.join(''), 'application/x-ndjson');
  }
  await send('POST', `/${index}/_refresh`, '');
  return documents.length / ((performance.now() - began) / 1000);
}

/** From the commit of a change until a search finds it. */
async function oneByOne(world: World): Promise<Finding[]> {
  const { db, extent, progress } = world;
  return world.withServers(world.startService('search'), async (search) => {
    await ready(search.port);
    const times: number[] = [];
    const changes = extent.quick ? 20 : 200;
    for (let n = 0; n < changes; n++) {
      if (n % 10 === 0) progress.say(`change ${n} of ${changes}`);
      const word = `found${randomUUID().slice(0, 8)}`;
      await db.sql`update events set name = ${word} where id = (select min(id) from events where date > now())`;
      const committed = performance.now();
      while (!(await isFound(search, word))) await sleep(5);
      times.push(performance.now() - committed);
    }
    const p99 = percentile(times, 0.99);
    return [
      { what: 'commit → searchable, p50', value: `${percentile(times, 0.5).toFixed(0)} ms` },
      {
        what: 'commit → searchable, p99',
        value: `${p99.toFixed(0)} ms`,
        aim: `≤ ${searchableAimMs} ms`,
        met: p99 <= searchableAimMs,
      },
    ];
  });
}

async function isFound({ port }: Server, word: string): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/search/events?q=${word}`);
  return answer.ok && ((await answer.json()) as { total: number }).total === 1;
}
