import { afterAll, afterEach, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type postgres from 'postgres';
import { eventually } from '../../../shared/testing/eventually.ts';
import type { Change, ChangeLag, ChangeSource } from '../domain/changes/change-source.ts';
import { makeEvent, makePerformer, makeVenue } from '../testing.ts';

export type ChangeSourceHarness = {
  sql: postgres.Sql;
  /** Another process' source that goes on where the one before has stopped; the very first has a gap. */
  open(): ChangeSource;
  /** Breaks the running source's connection, from the other side; resolves when it is broken. */
  breakConnection(): Promise<void>;
  close(): Promise<void>;
};

type OnBatch = (changes: Change[]) => Promise<void> | void;

/** The promises of every change source. */
export function changeSourceConformance(name: string, start: () => Promise<ChangeSourceHarness>): void {
  describe(`change source: ${name}`, () => {
    let harness: ChangeSourceHarness;
    let sql: postgres.Sql;
    let running: { stop(): Promise<void> }[] = [];
    beforeAll(async () => {
      harness = await start();
      sql = harness.sql;
    });
    afterEach(async () => {
      for (const follower of running) await follower.stop();
      running = [];
    });
    afterAll(() => harness.close());

    /** Follows until stopped; `handled` is what `onBatch` did not throw on. */
    function follow(onBatch: OnBatch = () => {}, onConnect = async (_: { gap: boolean }) => {}) {
      const source = harness.open();
      const handled: Change[] = [];
      const ending = new AbortController();
      const ended = source.run({
        onConnect,
        onBatch: async (changes) => {
          await onBatch(changes);
          handled.push(...changes);
        },
        signal: ending.signal,
      });
      const stop = async () => {
        ending.abort();
        await ended;
      };
      running.push({ stop });
      return { source, handled, stop };
    }

    /** As `follow`, once all that came before has been delivered. */
    async function followFromHere(onBatch: OnBatch = () => {}) {
      const mark = `mark ${randomUUID()}`;
      let isHere = false;
      const follower = follow((changes) => (isHere ? onBatch(changes) : undefined));
      await eventually(() => follower.source.state() === 'following');
      await makeVenue(sql, mark);
      await eventually(() => follower.handled.some((change) => change.row.location === mark));
      isHere = true;
      follower.handled.length = 0;
      return follower;
    }

    const rows = (changes: Change[], table: string, column: string) =>
      changes.filter((change) => change.table === table).map((change) => change.row[column]);
    const performerNames = (changes: Change[]) => rows(changes, 'performers', 'name');
    const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `p${from + i}`);

    test('the first connection has a gap until it was filled, a later one has none', async () => {
      const gaps: boolean[] = [];
      const first = follow(undefined, async ({ gap }) => {
        gaps.push(gap);
        if (gaps.length === 1) throw new Error('the database went away');
      });
      await eventually(() => first.source.state() === 'following');
      await first.stop();
      const second = follow(undefined, async ({ gap }) => void gaps.push(gap));
      await eventually(() => second.source.state() === 'following');
      expect(gaps).toEqual([true, true, false]);
      await second.stop();
      expect(second.source.state()).toBe('stopped');
    });

    test('inserts, updates and deletes of all four tables name their rows', async () => {
      const { handled } = await followFromHere();
      const venueId = await makeVenue(sql, 'Hall');
      const performerId = await makePerformer(sql, 'Anna');
      const eventId = await makeEvent(sql, { venueId, name: 'Gala', performerIds: [performerId] });
      await sql`update venues set location = 'Arena' where id = ${venueId}`;
      await sql`update performers set name = 'Bert' where id = ${performerId}`;
      await sql`update events set name = 'Ball' where id = ${eventId}`;
      await sql`delete from event_performers where event_id = ${eventId}`;
      await sql`delete from events where id = ${eventId}`;
      await sql`delete from performers where id = ${performerId}`;
      await sql`delete from venues where id = ${venueId}`;
      await eventually(() => handled.length >= 11);

      const seen = handled.map(({ table, op, row }) => [
        op,
        table,
        Number(row[table === 'event_performers' ? 'event_id' : 'id']),
      ]);
      const of = (table: string) => seen.filter(([, name]) => name === table).map(([op, , id]) => [op, id]);
      for (const [table, id] of Object.entries({ venues: venueId, performers: performerId, events: eventId })) {
        expect([table, ...of(table)]).toEqual([table, ['c', id], ['u', id], ['d', id]]);
      }
      expect(of('event_performers')).toEqual([
        ['c', eventId],
        ['d', eventId],
      ]);
      expect(rows(handled, 'venues', 'location').slice(0, 2)).toEqual(['Hall', 'Arena']);
      expect(handled.every((change) => change.position.length > 0)).toBe(true);
    });

    test('a line-up row that moves names its old event too, a deleted venue its events', async () => {
      const venueId = await makeVenue(sql);
      const performerId = await makePerformer(sql);
      const from = await makeEvent(sql, { venueId, performerIds: [performerId] });
      const to = await makeEvent(sql, { venueId });
      const { handled } = await followFromHere();
      await sql`update event_performers set event_id = ${to} where event_id = ${from}`;
      await sql`delete from venues where id = ${venueId}`;
      await eventually(() => handled.length >= 5);
      // As one change with the row before it, or as a deletion and a new row.
      const moved = handled.filter((change) => change.table === 'event_performers');
      const named = moved.flatMap(({ row, before }) => [
        Number(row.event_id),
        Number(before?.event_id ?? row.event_id),
      ]);
      expect([...new Set(named)].sort()).toEqual([from, to].sort());
      const gone = handled.filter((change) => change.op === 'd' && change.table === 'events');
      expect(gone.map((change) => Number(change.row.id)).sort()).toEqual([from, to].sort());
    });

    test('a truncate names its tables', async () => {
      const { handled } = await followFromHere();
      await sql`truncate venues, performers cascade`;
      await eventually(() => handled.length >= 4);
      expect(handled.map(({ op, table }) => `${op} ${table}`).sort()).toEqual([
        't event_performers',
        't events',
        't performers',
        't venues',
      ]);
    });

    test('transactions that overlap come whole each, one that is rolled back never comes', async () => {
      const { handled } = await followFromHere();
      const [slow, undone, quick] = await Promise.all([sql.reserve(), sql.reserve(), sql.reserve()]);
      for (const session of [slow, undone, quick]) await session`begin`;
      await makePerformer(slow, 'slow 1');
      await makePerformer(undone, 'undone');
      await makePerformer(quick, 'quick 1');
      await makePerformer(slow, 'slow 2');
      await makePerformer(quick, 'quick 2');
      await quick`commit`;
      await undone`rollback`;
      await slow`commit`;
      for (const session of [slow, undone, quick]) session.release();
      await makePerformer(sql, 'last');
      await eventually(() => handled.length >= 5);
      expect(performerNames(handled).sort()).toEqual(['last', 'quick 1', 'quick 2', 'slow 1', 'slow 2']);
    });

    test('rows can be read when their change is delivered', async () => {
      const missing: unknown[] = [];
      const { handled } = await followFromHere(async (changes) => {
        const ids = changes.map((change) => Number(change.row.id));
        const found = await sql`select id from performers where id = any(${ids})`;
        if (found.length < ids.length) missing.push(changes);
      });
      for (let i = 0; i < 300; i++) await makePerformer(sql);
      await eventually(() => handled.length >= 300);
      expect(missing).toEqual([]);
    });

    test('a batch comes only after the one before it was handled', async () => {
      let atWork = 0;
      let most = 0;
      const { handled } = await followFromHere(async () => {
        most = Math.max(most, ++atWork);
        await new Promise((resolve) => setTimeout(resolve, 1));
        atWork--;
      });
      for (let i = 0; i < 100; i++) await makePerformer(sql);
      await eventually(() => handled.length >= 100);
      expect(most).toBe(1);
    });

    test('a handler that throws gets the same changes again, before any other', async () => {
      const tries: unknown[][] = [];
      const { handled } = await followFromHere((changes) => {
        tries.push(performerNames(changes));
        if (tries.length <= 3) throw new Error('the index is away');
      });
      await makePerformer(sql, 'first');
      await eventually(() => tries.length >= 1);
      await makePerformer(sql, 'second');
      await eventually(() => handled.length >= 2);
      expect(tries.slice(0, 4).every((names) => names[0] === 'first')).toBe(true);
      expect(performerNames(handled)).toEqual(['first', 'second']);
    });

    test('changes that were not acknowledged come again after a restart, the others do not', async () => {
      const first = await followFromHere((changes) => {
        if (performerNames(changes).includes('refused')) throw new Error('the index is away');
      });
      await makePerformer(sql, 'taken');
      await eventually(() => performerNames(first.handled).includes('taken'));
      await makePerformer(sql, 'refused');
      await eventually(() => first.source.state() === 'waiting');
      await first.stop();
      await makePerformer(sql, 'made meanwhile');

      const second = follow();
      await eventually(() => second.handled.length >= 2);
      expect(performerNames(second.handled).sort()).toEqual(['made meanwhile', 'refused']);
    });

    test('commits that follow one another closely, with a restart between, are all delivered once', async () => {
      const seen: unknown[] = [];
      let follower = await followFromHere();
      for (let round = 0; round < 10; round++) {
        const [a, b] = await Promise.all([sql.reserve(), sql.reserve()]);
        await a`begin`;
        await b`begin`;
        await makePerformer(a, `a${round}`);
        await makePerformer(b, `b${round}`);
        await a`commit`;
        await eventually(() => performerNames(follower.handled).includes(`a${round}`));
        seen.push(...performerNames(follower.handled));
        await follower.stop();
        // Nothing was written since: this commit starts where the acknowledged one ended.
        await b`commit`;
        a.release();
        b.release();
        follower = follow();
        await eventually(() => performerNames(follower.handled).includes(`b${round}`));
      }
      seen.push(...performerNames(follower.handled));
      expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => [`a${i}`, `b${i}`]).flat());
    });

    test('a connection broken amid 5,000 changes loses none', async () => {
      const handledAtBreak: number[] = [];
      let breaking: Promise<void> | undefined;
      const { handled } = await followFromHere(async () => {
        if (handled.length < 1000 || breaking) return;
        handledAtBreak.push(handled.length);
        breaking = harness.breakConnection();
        await breaking;
      });
      for (let i = 0; i < 100; i++) {
        await sql`insert into performers (name, age) select 'p' || ${i * 50}::int + n, 1 from generate_series(0, 49) n`;
      }
      await eventually(() => new Set(performerNames(handled)).size >= 5000);
      expect(new Set(performerNames(handled))).toEqual(new Set(numbered(5000)));
      expect(handledAtBreak[0]).toBeLessThan(5000);
    });

    test('20,000 rows of one statement come whole to a slow handler', async () => {
      const { handled, source } = await followFromHere(() => new Promise((resolve) => setTimeout(resolve, 5)));
      await sql`
        insert into performers (name, age, description)
        select 'p' || n, 1, repeat('long text ', 50) from generate_series(0, 19999) n order by n`;
      await eventually(() => handled.length >= 20_000);
      expect(new Set(performerNames(handled))).toEqual(new Set(numbered(20_000)));
      expect(handled).toHaveLength(20_000);
      await eventually(async () => (await source.lag()).seconds === 0);
    });

    test('the lag grows while changes are not handled, and is 0 when they are', async () => {
      let isAway = true;
      const { source, handled } = await followFromHere(() => {
        if (isAway) throw new Error('the index is away');
      });
      await sql`insert into performers (name, age, description) values ('lagging', 1, repeat('x', 5000))`;
      await eventually(async () => source.state() === 'waiting' && (await source.lag()).seconds > 0);
      const behind = ({ bytes, changes }: ChangeLag) => changes ?? bytes ?? Number.NaN;
      const before = behind(await source.lag());
      expect(before).toBeGreaterThan(0);
      isAway = false;
      await eventually(() => handled.length >= 1);
      await eventually(async () => source.state() === 'following' && (await source.lag()).seconds === 0);
      await eventually(async () => behind(await source.lag()) < before);
    });
  });
}
