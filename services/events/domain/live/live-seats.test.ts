import { describe, expect, test } from 'bun:test';
import { unavailable } from '../../../../shared/errors.ts';
import type { SeatFeed } from '../../../../shared/feed/seat-feed.ts';
import { testClock } from '../../../../shared/testing/clock.ts';
import { eventually } from '../../../../shared/testing/eventually.ts';
import type { SeatStatus } from '../event/event.ts';
import { statusesFor } from '../event/seat-statuses.harness.ts';
import type { SeatState, SeatStatuses } from '../event/seat-statuses.ts';
import { type LivePace, liveSeats, type SeatsView } from './live-seats.ts';
import type { LiveMessage, LiveViewer } from './live-viewer.ts';

const event = '0d7c5a1e-3a5f-4f0e-9f43-2f7f1f0b8a11';
const hour = 3_600_000;
const seat = (status: SeatStatus) => (uuid: string) => ({ uuid, status });
const [held, freed] = [seat('reserved'), seat('available')];
const seen = (...taken: SeatState[]): SeatsView => ({ seats: statusesFor(...taken), now: 0, locksKnown: true });
const withoutLocks = (): SeatsView => ({ ...seen(), locksKnown: false });
const away = unavailable('PostgreSQL', new Error('away'));
const taken = (...seats: SeatState[]) => ({ event: 'taken', seats });
const changed = (...seats: SeatState[]) => ({ event: 'seats', seats });
const lost = { event: 'unavailable' };

/** Live seats over the view in `now`, and a feed that the test rings. An event is read only when the feed rings. */
async function start(first: SeatsView | Error | undefined, pace: Partial<LivePace> = {}) {
  const state = {
    now: first,
    /** Views that the next looks see instead of `now`, one each. */
    before: [] as Error[],
    looks: 0,
    errors: 0,
    gate: undefined as Promise<void> | undefined,
  };
  let listener: Parameters<SeatFeed['subscribe']>[0] | undefined;
  const clock = testClock();
  const live = liveSeats({
    view: async () => {
      state.looks++;
      const now = state.before.shift() ?? state.now;
      await state.gate;
      if (now instanceof Error) throw now;
      return now;
    },
    feed: {
      subscribe: async (given) => {
        listener = given;
        return async () => {};
      },
    },
    clock,
    stalledMs: 10_000,
    onError: () => state.errors++,
    pace: { betweenMs: 0, againMs: 1, calmMs: hour, ...pace },
  });
  await live.follow();
  return {
    live,
    state,
    clock,
    viewer: live.watch(event),
    change: (uuid = event) => listener!.onChange(uuid),
    gap: () => listener!.onGap(),
    /** Sets what the next look sees, and waits for one. */
    async show(now: SeatsView | Error | undefined) {
      const before = state.looks;
      state.now = now;
      listener!.onChange(event);
      await eventually(() => state.looks > before);
    },
  };
}

/** The next message without its id. */
async function next(viewer: LiveViewer): Promise<unknown> {
  const message = await viewer.next(hour);
  if (typeof message === 'string') return message;
  const { id: _, ...told } = message;
  return told;
}

describe('live seats', () => {
  test('tell what is taken, and then what has changed since, nothing twice', async () => {
    const { viewer, show, change } = await start(seen(held('a')));
    expect(await next(viewer)).toEqual(taken(held('a')));
    await show(seen(held('b')));
    expect(await next(viewer)).toEqual(changed(held('b'), freed('a')));
    change();
    await show(seen());
    expect(await next(viewer)).toEqual(changed(freed('b')));
  });

  test('tell both of two viewers that joined at one moment of a seat that is freed', async () => {
    const { live, viewer, show } = await start(seen(held('a')));
    const both = [viewer, live.watch(event)];
    for (const one of both) expect(await next(one)).toEqual(taken(held('a')));
    await show(seen());
    for (const one of both) expect(await next(one)).toEqual(changed(freed('a')));
  });

  test('tell a viewer that joins during a look what a later look sees', async () => {
    const { live, state, viewer, show } = await start(seen(held('a')));
    await next(viewer);
    const gate = Promise.withResolvers<void>();
    state.gate = gate.promise;
    await show(seen());
    const late = live.watch(event);
    state.now = seen(held('b'));
    gate.resolve();
    expect(await next(late)).toEqual(taken(held('b')));
    expect(await next(viewer)).toEqual(changed(freed('a'), held('b')));
  });

  test('look at everything again after a gap', async () => {
    const { state, viewer, gap } = await start(seen());
    await next(viewer);
    state.now = seen(held('a'));
    gap();
    expect(await next(viewer)).toEqual(changed(held('a')));
  });

  test('find what the feed has lost', async () => {
    const { state, viewer } = await start(seen(), { calmMs: 1 });
    await next(viewer);
    state.now = seen(held('a'));
    expect(await next(viewer)).toEqual(changed(held('a')));
  });

  test('a hundred changes at once are looked at a few times', async () => {
    const { state, change, viewer } = await start(seen());
    await next(viewer);
    const gate = Promise.withResolvers<void>();
    state.gate = gate.promise;
    for (let i = 0; i < 100; i++) change();
    await eventually(() => state.looks === 2);
    for (let i = 0; i < 100; i++) change();
    state.now = seen(held('a'));
    gate.resolve();
    expect(await next(viewer)).toEqual(changed(held('a')));
    expect(state.looks).toBe(3);
  });

  test('a look makes no page, and tells nothing where nothing has changed', async () => {
    const pages = { made: 0 };
    const view = (seats: SeatStatuses): SeatsView => {
      const whole = {
        get board() {
          pages.made++;
          return new Uint8Array();
        },
        seats,
        now: 0,
        locksKnown: true,
      };
      return whole;
    };
    const { seats } = seen(held('a'));
    const { viewer, show } = await start(view(seats));
    await next(viewer);
    await show(view(seats));
    await show(view({ ...seats, codes: seats.codes.slice() }));
    await show(view(statusesFor({ uuid: 'a', status: 'booked' })));
    expect(await next(viewer)).toEqual(changed({ uuid: 'a', status: 'booked' }));
    expect(pages.made).toBe(0);
  });

  test('have an id for each state, the same for all viewers', async () => {
    const { live, viewer, show } = await start(seen(held('a')));
    const other = live.watch(event);
    const ids = async () => Promise.all([viewer, other].map(async (one) => ((await one.next(hour)) as LiveMessage).id));
    const [first, again] = await ids();
    expect(again).toBe(first!);
    await show(seen());
    const [second, secondAgain] = await ids();
    expect(second).not.toBe(first!);
    expect(secondAgain).toBe(second!);
  });
});

describe('live seats by index', () => {
  const byIndex = async (first: SeatsView) => {
    const started = await start(first);
    const viewer = started.live.watch(event, { by: 'index' });
    return { ...started, viewer, next: async () => (await viewer.next(hour)) as LiveMessage };
  };

  test('are the places that change, also where the same seats are read anew', async () => {
    const first = seen(freed('a'), freed('b'));
    const { next, show } = await byIndex(first);
    expect(await next()).toEqual({ id: first.seats.version, event: 'taken', statuses: first.seats });
    const { seats } = seen(freed('a'), held('b'));
    await show({ ...seen(), seats });
    expect(await next()).toEqual({ id: seats.version, event: 'seats', places: [1], statuses: seats });
  });

  test('are all seats again where the event has others, even if none of them is taken', async () => {
    const { next, show } = await byIndex(seen(freed('a')));
    await next();
    const { seats } = seen(freed('b'), freed('a'));
    await show({ ...seen(), seats });
    expect(await next()).toEqual({ id: seats.version, event: 'taken', statuses: seats });
  });
});

describe('live seats that can’t be seen', () => {
  for (const [what, broken] of [
    ['without the database', away],
    ['while nobody knows the locks', withoutLocks()],
  ] as const) {
    test(`${what}, a new viewer gets unavailable, and then what is taken`, async () => {
      const { state, viewer } = await start(broken);
      expect(await next(viewer)).toEqual(lost);
      state.now = seen(held('a'));
      expect(await next(viewer)).toEqual(taken(held('a')));
    });

    test(`${what}, viewers get unavailable once, and then all seats`, async () => {
      const { state, live, viewer, show } = await start(seen(held('a')));
      await next(viewer);
      await show(broken);
      expect(await next(viewer)).toEqual(lost);
      const late = live.watch(event);
      expect(await next(late)).toEqual(lost);
      const { looks } = state;
      await eventually(() => state.looks > looks + 5);
      state.now = seen(held('a'), held('b'));
      for (const one of [viewer, late]) expect(await next(one)).toEqual(taken(held('a'), held('b')));
    });
  }

  test('at one look only, nothing is taken back', async () => {
    const { state, viewer, show } = await start(seen(held('a')));
    await next(viewer);
    state.before.push(away);
    await show(seen(held('b')));
    expect(await next(viewer)).toEqual(changed(held('b'), freed('a')));
    expect(state.errors).toBe(1);
  });

  test('are reported at the first of several failures', async () => {
    const { state } = await start(away);
    await eventually(() => state.looks > 5);
    expect(state.errors).toBe(1);
  });

  test('a hundred changes that can’t be seen are waited for as one', async () => {
    const { state, change, viewer } = await start(seen(), { againMs: hour });
    await next(viewer);
    state.now = away;
    change();
    await eventually(() => state.looks === 2);
    for (let i = 0; i < 100; i++) {
      change();
      await Bun.sleep(0);
    }
    expect(state.looks).toBe(2);
  });
});

describe('the end of a live view', () => {
  test('comes with the end of its event', async () => {
    const { live, viewer, show } = await start(seen(held('a')));
    await next(viewer);
    await show(undefined);
    expect(await next(viewer)).toBe('end');
    expect(live.viewers()).toBe(0);
  });

  test('comes with that of the process, for new viewers too', async () => {
    const { live, viewer } = await start(seen(held('a')));
    await next(viewer);
    live.close();
    expect(await next(viewer)).toBe('end');
    expect(await next(live.watch(event))).toBe('end');
    expect(live.viewers()).toBe(0);
  });

  test('comes to a viewer that has not taken a message for long, and to no other', async () => {
    const { live, clock, viewer, show } = await start(seen());
    const slow = live.watch(event);
    for (const one of [viewer, slow]) await next(one);
    const waiting = next(viewer);
    clock.advance(10_001);
    await show(seen(held('a')));
    expect(await waiting).toEqual(changed(held('a')));
    expect(await next(slow)).toBe('end');
    expect(live.viewers()).toBe(1);
  });

  for (const [what, first] of [
    ['can be seen', seen()],
    ['can’t', away],
  ] as const) {
    test(`ends the looks when the last viewer leaves, where seats ${what}`, async () => {
      const { live, state, viewer, change } = await start(first);
      await next(viewer);
      viewer.leave();
      expect(live.viewers()).toBe(0);
      change();
      await eventually(async () => {
        const before = state.looks;
        await Bun.sleep(50);
        return state.looks === before;
      });
    });
  }

  test('leaves later viewers alone', async () => {
    const { live, viewer, show } = await start(seen());
    await next(viewer);
    viewer.leave();
    const second = live.watch(event);
    expect(await next(second)).toEqual(taken());
    viewer.leave();
    await show(seen(held('a')));
    expect(await next(second)).toEqual(changed(held('a')));
    expect(live.viewers()).toBe(1);
  });
});

describe('an event', () => {
  test('may be there unless it is certainly not', async () => {
    const { live, state } = await start(seen());
    const other = '1d7c5a1e-3a5f-4f0e-9f43-2f7f1f0b8a11';
    expect(await live.mayExist(other, hour)).toBe(true);
    state.now = undefined;
    expect(await live.mayExist(other, hour)).toBe(false);
    state.now = away;
    expect(await live.mayExist(other, hour)).toBe(true);
    state.now = undefined;
    state.gate = new Promise(() => {});
    expect(await live.mayExist(other, 1)).toBe(true);
  });
});
