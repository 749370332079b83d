// `npm run relevance`: see tests/relevance/README.md.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, HttpConnection } from '@elastic/elasticsearch';
import { elasticsearchIndex } from '../../services/search/adapters/elasticsearch/elasticsearch-index.ts';
import { memoryIndex } from '../../services/search/adapters/memory/memory-index.ts';
import { postgresCatalogue } from '../../services/search/adapters/postgres/catalogue.ts';
import type { EventDocument } from '../../services/search/domain/index/event-document.ts';
import { elasticsearchConfig, elasticsearchVariables } from '../../services/search/elasticsearch-config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { runOnce, UsageError } from '../../shared/process/lifecycle.ts';
import { stopTestPostgres, testDatabase } from '../../shared/testing/database.ts';
import { createProgress } from '../bench/progress.ts';
import { plainElasticsearch, plainMiniSearch } from './baselines.ts';
import { type CatalogueFile, dayBefore, eventsOf, loadCatalogue } from './catalogue.ts';
import { type Engine, fill, serviceEngine } from './engines.ts';
import { judge, type Query } from './judgements.ts';
import { type Release, writeRelease } from './release.ts';
import { study } from './relevance.ts';
import { type Floors, isPassed, tell } from './verdict.ts';

const usage = 'Usage: npm run relevance -- [--all] [--write] [--show 10] [--seed 1] [--n 100; 0 for no probes]';

const at = (file: string) => join(import.meta.dirname, file);
const read = async <T>(file: string): Promise<T> => (await Bun.file(at(file)).json()) as T;

const ends: (() => Promise<unknown>)[] = [stopTestPostgres];
let ended: Promise<void> | undefined;

/** Ends what was opened, the newest first; once, however the work ends. */
function end(): Promise<void> {
  ended ??= (async () => {
    for (const one of ends.reverse()) await one().catch((error) => console.error(error));
  })();
  return ended;
}

await runOnce(async () => {
  const { all, write, show, seed, n } = options();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void end().finally(() => process.exit(130)));
  }
  const node = process.env.ELASTICSEARCH_ADDR?.split(',')[0];
  if (all && !node) throw new UsageError('ELASTICSEARCH_ADDR names no server, and --all needs it');
  let code: number;
  try {
    code = await measureAll({ node, write, show, seed, n });
  } finally {
    await end();
  }
  process.exit(code);
});

type Options = { node: string | undefined; write: boolean; show: number; seed: number; n: number };

async function measureAll({ node, write, show, seed, n }: Options): Promise<number> {
  const progress = createProgress(process.stderr);
  progress.begin('loading the catalogue');
  const file = await read<CatalogueFile>('catalogue.json');
  const events = eventsOf(file);
  const queries = (await read<Query[]>('queries.json')).map((query) => judge(query, events));
  const last = await read<Release>('results.json');
  const { services, baselines } = await openEngines(file, dayBefore(events), node, progress.begin);
  const { report, checks, measured } = await study({
    ...{ services, baselines, events, queries, last, shown: show, progress },
    floors: await read<Floors>('floors.json'),
    ...(n > 0 && { probes: { seed, n } }),
  });
  console.log(`${events.length} events, ${queries.length} queries; probes by --seed ${seed}\n\n${report}\n`);
  for (const check of checks) console.log(tell(check));
  if (!node) console.log('\nElasticsearch was left out: ELASTICSEARCH_ADDR names none. With --all that is a failure.');
  if (write) await Bun.write(at('results.json'), writeRelease(last, measured));
  const failed = checks.filter((check) => !isPassed(check)).length;
  console.log(`\n${checks.length - failed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

/** Puts the catalogue into a database of its own, and from there into every engine. */
async function openEngines(file: CatalogueFile, now: number, node: string | undefined, say: (what: string) => void) {
  const database = await testDatabase();
  ends.push(database.drop);
  await loadCatalogue(database.sql, file);
  const catalogue = postgresCatalogue(database.db);
  const documents: EventDocument[] = [];
  for await (const batch of catalogue.all(1000)) documents.push(...batch);
  const clock = { now: () => now };

  say('filling the index in memory');
  const memory = memoryIndex();
  await fill(memory, catalogue);
  const services: Engine[] = [serviceEngine('memory', memory, clock)];
  const baselines: Engine[] = [plainMiniSearch(documents)];
  if (!node) return { services, baselines };

  say('filling the indexes in Elasticsearch');
  const name = `relevance-${randomBytes(6).toString('hex')}`;
  // The driver's usual connection does not work on Bun.
  const client = new Client({ node, Connection: HttpConnection });
  ends.push(
    () => client.close(),
    () => removeIndexes(client, `${name}*`),
  );
  const variables = readConfig(elasticsearchVariables, { ...process.env, ELASTICSEARCH_INDEX: name });
  const index = elasticsearchIndex(elasticsearchConfig(variables)!);
  ends.push(index.close);
  await fill(index, catalogue);
  services.push(serviceEngine('Elasticsearch', index, clock));
  baselines.push(await plainElasticsearch(client, `${name}-plain`, documents));
  return { services, baselines };
}

/** Deletes by name: a cluster may refuse patterns. */
async function removeIndexes(client: Client, pattern: string): Promise<void> {
  const found = Object.keys(await client.indices.get({ index: pattern }));
  if (found.length > 0) await client.indices.delete({ index: found });
}

function options() {
  try {
    const { all, write, show, seed, n } = parseArgs({
      options: {
        all: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        show: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
        n: { type: 'string', default: '100' },
      },
    }).values;
    return { all, write, show: whole('show', show), seed: whole('seed', seed), n: whole('n', n) };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} must be a whole number, not ${text}`);
  return Number(text);
}
