import { postgresConfig, postgresVariables } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/environment.ts';
import { type Db, openDb } from '../../shared/db/client.ts';
import { inPostgres } from '../../shared/process/failures.ts';
import { UsageError } from '../../shared/process/lifecycle.ts';
import { type Command, type Env, takesNothing } from '../../shared/process/program.ts';
import { progressBar } from '../../shared/process/progress.ts';
import { type ElasticsearchIndex, elasticsearchIndex } from './adapters/elasticsearch/elasticsearch-index.ts';
import { postgresCatalogue } from './adapters/postgres/catalogue.ts';
import { connector } from './connector-cli.ts';
import { deadLetters } from './dead-letters-cli.ts';
import type { Catalogue } from './domain/index/catalogue.ts';
import type { EventDocument } from './domain/index/event-document.ts';
import { verifyIndex } from './domain/index/verify-index.ts';
import { elasticsearchConfig, elasticsearchVariables } from './elasticsearch-config.ts';

const batchSize = 1000;
const shown = 20;

/** The commands of the search binary, besides serving. */
export const commands: Record<string, Command> = {
  reindex: {
    usage: [['reindex', 'build the index anew from the database, while searches and changes go on']],
    run: (args, env) => withParts('reindex', args, env, reindex),
  },
  verify: {
    usage: [['verify', 'compare every event of the database with the index; exits with 1 if they differ']],
    run: (args, env) => withParts('verify', args, env, verify),
  },
  'dead-letters': deadLetters,
  connector,
};

type Parts = { db: Db; catalogue: Catalogue; index: ElasticsearchIndex };

async function withParts(name: string, args: string[], env: Env, work: (parts: Parts) => Promise<void>): Promise<void> {
  takesNothing(`search ${name}`, args);
  const config = readConfig({ ...postgresVariables, ...elasticsearchVariables }, env);
  const elasticsearch = elasticsearchConfig(config);
  if (!elasticsearch) {
    throw new UsageError(
      `search ${name} is for an index in Elasticsearch: set ELASTICSEARCH_ADDR or ELASTIC_CLOUD_ID. Without it the index lives in the ` +
        'search process, which builds it at its start.',
    );
  }
  const database = postgresConfig(config, 'onsale-tools');
  const db = openDb(database, { max: 2, deadlineMs: 30_000 });
  const index = elasticsearchIndex(elasticsearch);
  try {
    await inPostgres(database, db.ping);
    await work({ db, catalogue: postgresCatalogue(db), index });
  } finally {
    await Promise.all([db.close(), index.close()]);
  }
}

async function reindex({ db, catalogue, index }: Parts): Promise<void> {
  const total = await countEvents(db);
  const onProgress = progressBar(process.stderr);
  let documents = 0;
  async function* counted(): AsyncIterable<EventDocument[]> {
    for await (const batch of catalogue.all(batchSize)) {
      yield batch;
      documents += batch.length;
      onProgress(documents, Math.max(total, documents), 'events');
    }
  }
  const rejected = await index.replaceAll(counted(), await catalogue.position(), catalogue.position);
  for (const { id, cause } of rejected.slice(0, shown)) console.log(`not indexed: event ${id}: ${cause}`);
  console.log(`Indexed ${documents - rejected.length} events; searches now go to the new index.`);
  if (rejected.length > 0) process.exitCode = 1;
}

async function countEvents(db: Db): Promise<number> {
  const [row] = await db.run(() => db.sql`select count(*)::int as events from events where status <> 'draft'`);
  return row?.events;
}

async function verify({ catalogue, index }: Parts): Promise<void> {
  const { agreed, differences } = await verifyIndex({ catalogue, index, batchSize });
  for (const { kind, document } of differences.slice(0, shown)) {
    console.log(`${kind.padEnd(9)}  ${document.uuid}  ${document.name}`);
  }
  if (differences.length > shown) console.log(`… and ${differences.length - shown} more`);
  console.log(`${agreed} events agree, ${differences.length} differ.`);
  if (differences.length > 0) process.exitCode = 1;
}
