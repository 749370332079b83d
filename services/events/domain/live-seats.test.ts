import { describe, expect, test } from 'bun:test';
import { unavailable } from '../../../shared/errors.ts';
import type { SeatFeed } from '../../../shared/feed/seat-feed.ts';
import { eventually } from '../../../shared/testing/eventually.ts';
import type { EventView } from './event-views.ts';
import { liveSeats } from './live-seats.ts';
import type { SeatState } from './seat-board.ts';

const event = '0d7c5a1e-3a5f-4f0e-9f43-2f7f1f0b8a11';
const held = (uuid: string): SeatState => ({ uuid, status: 'reserved' });
const seen = (...taken: SeatState[]): EventView => ({ body: new Uint8Array(), taken: () => taken, locksKnown: true });
const withoutLocks = (): EventView => ({ ...seen(), locksKnown: false });

/** Live seats over what `now` says, and a feed that is told by hand. */
async function start(first: EventView) {
  const state = { now: first as EventView | Error, looks: 0, errors: 0 };
  let listener: Parameters<SeatFeed['subscribe']>[0] | undefined;
  const live = liveSeats({
    view: async () => {
      state.looks++;
      if (state.now instanceof Error) throw state.now;
      return state.now;
    },
    feed: {
      subscribe: async (given) => {
        listener = given;
        return async () => {};
      },
    },
    onError: () => state.errors++,
    lookAgainMs: 10,
  });
  await live.follow();
  const told: SeatState[][] = [];
  const watch = await live.watch(event, (seats) => told.push(seats));
  return { live, state, told, watch: watch!, change: () => listener!.onChange(event), gap: () => listener!.onGap() };
}

describe('live seats', () => {
  test('tell what has changed since the last look, and nothing twice', async () => {
    const { state, told, watch, change } = await start(seen(held('a')));
    expect(watch.taken).toEqual([held('a')]);
    state.now = seen(held('b'));
    change();
    await eventually(() => told.length > 0);
    change();
    state.now = seen();
    change();
    await eventually(() => told.length > 1);
    expect(told).toEqual([
      [
        { uuid: 'b', status: 'reserved' },
        { uuid: 'a', status: 'available' },
      ],
      [{ uuid: 'b', status: 'available' }],
    ]);
  });

  test('do not free seats while nobody knows the locks, and tell all when they are known again', async () => {
    const { state, told, change } = await start(seen(held('a')));
    state.now = withoutLocks();
    for (let i = 0; i < 100; i++) change();
    await eventually(() => state.looks > 103);
    expect(told).toEqual([]);
    state.now = seen(held('a'), held('b'));
    await eventually(() => told.length > 0);
    expect(told).toEqual([[held('b')]]);
    expect(state.errors).toBe(0);
  });

  test('look at everything again after a gap', async () => {
    const { state, told, gap } = await start(seen());
    state.now = seen(held('a'));
    gap();
    await eventually(() => told.length > 0);
    expect(told).toEqual([[held('a')]]);
  });

  test('a hundred changes that can’t be seen are repeated as one', async () => {
    const { state, change } = await start(seen());
    state.now = withoutLocks();
    for (let i = 0; i < 100; i++) change();
    await eventually(() => state.looks >= 101);
    const before = state.looks;
    await eventually(() => state.looks > before);
    // A repetition for each would all come in one turn.
    expect(state.looks - before).toBeLessThan(50);
  });

  test('begun without the locks, tell them when they are known', async () => {
    const { state, told, watch } = await start(withoutLocks());
    expect(watch.taken).toEqual([]);
    state.now = seen(held('a'));
    await eventually(() => told.length > 0);
    expect(told).toEqual([[held('a')]]);
  });

  test('a change that could not be read is told later, and the failure reported once', async () => {
    const { state, told, change } = await start(seen());
    state.now = unavailable('PostgreSQL', new Error('away'));
    change();
    await eventually(() => state.looks > 4);
    state.now = seen(held('a'));
    await eventually(() => told.length > 0);
    expect([told, state.errors]).toEqual([[[held('a')]], 1]);
  });

  test('looks for nobody are given up', async () => {
    const { state, watch, change } = await start(seen());
    state.now = withoutLocks();
    change();
    await eventually(() => state.looks > 2);
    watch.stop();
    await eventually(async () => {
      const before = state.looks;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return state.looks === before;
    });
  });
});
