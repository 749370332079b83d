import { randomUUID } from 'node:crypto';
import { postgresCatalogue } from '../../../../services/search/adapters/postgres/catalogue.ts';
import type { EventDocument } from '../../../../services/search/domain/index/event-document.ts';
import { sleep } from '../../../../shared/async/clock.ts';
import type { World } from '../../world.ts';
import type { EventTopic } from './event-topic.ts';

/** Many events that one statement changes. */
export type Crowd = {
  count: number;
  /** Changes each of them; returns the query that finds those whose change is in the index. */
  change(): Promise<string>;
  remove(): Promise<void>;
  /** Finds them, in the index. */
  query: string;
  documents(): Promise<EventDocument[]>;
};

const lookEveryMs = 20;

/** Resolves when Kafka has them all. */
export async function createCrowd({ db }: World, topic: EventTopic, count: number): Promise<Crowd> {
  const { sql } = db;
  const word = `crowd${randomUUID().slice(0, 8)}`;
  const [row] = await sql<{ events: number }[]>`select count(*)::int as events from events`;
  await topic.reaches(row!.events);
  const before = await topic.end();
  await sql`
    insert into events (name, description, date, venue_id)
    select ${word} || ' ' || n, '', now() + interval '90 days', v.id
    from generate_series(1, ${count}::int) n join lateral (
      select id from venues order by md5(n::text || uuid) limit 1) v on true`;
  await topic.reaches(before + count);

  return {
    count,
    query: `name:${word}`,
    async change() {
      const tag = `tag${randomUUID().slice(0, 8)}`;
      await sql`
        update events set description = 'An evening that is described in some words, as evenings are. ' || ${tag}
        where name like ${`${word}%`}`;
      return `description:${tag}`;
    },
    remove: async () => void (await sql`delete from events where name like ${`${word}%`}`),
    async documents() {
      const all: EventDocument[] = [];
      for await (const batch of postgresCatalogue(db).all(1000)) {
        all.push(...batch.filter(({ name }) => name.startsWith(word)));
      }
      return all;
    },
  };
}

/**
 * Waits until enough events are found, and returns how many. It queries Elasticsearch itself: a process's own metrics
 * would cost it time.
 */
export async function found({ databaseEnv }: World, query: string, isEnough: (all: number) => boolean) {
  const path = `${databaseEnv.ELASTICSEARCH_ADDR}/${databaseEnv.ELASTICSEARCH_INDEX}/_count?q=${query}`;
  for (;;) {
    const { count } = (await (await fetch(path)).json()) as { count?: number };
    if (count !== undefined && isEnough(count)) return count;
    await sleep(lookEveryMs);
  }
}
