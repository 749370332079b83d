import { describe, expect, test } from 'bun:test';
import { testClock } from '../../../../shared/testing/clock.ts';
import type { SeatStatus } from '../event/event.ts';
import { statusesFor } from '../event/seat-statuses.harness.ts';
import { seatStatuses } from '../event/seat-statuses.ts';
import { LiveViewer, type PlacesMessage, type SeatsMessage } from './live-viewer.ts';

const seats = (event: 'taken' | 'seats', id: string, states: Record<string, SeatStatus>): SeatsMessage => ({
  id,
  event,
  seats: Object.entries(states).map(([uuid, status]) => ({ uuid, status })),
});
const all = seats('taken', 'all', { z: 'booked' });
const seeAll = { taken: () => all, since: () => undefined };
const newViewer = () => new LiveViewer(testClock(), () => {});

async function viewerWhoKnows() {
  const viewer = newViewer();
  viewer.see(seeAll, undefined);
  await viewer.next(0);
  return viewer;
}

const places = (id: string, changed: number[], codes: number[]): PlacesMessage => {
  const states = codes.map((code, place) => ({ uuid: `${place}`, status: seatStatuses[code]! }));
  return { id, event: 'seats', places: changed, statuses: statusesFor(...states) };
};

describe('a viewer that comes with a version', () => {
  const missed = seats('seats', 'now', { a: 'reserved' });
  const look = { taken: () => all, since: (version: string) => (version === 'known' ? missed : undefined) };
  const come = (since: string) => new LiveViewer(testClock(), () => {}, { since });

  test('gets what it has missed, and goes on from there', async () => {
    const viewer = come('known');
    viewer.see(look, seats('seats', 'now', { z: 'reserved' }));
    expect(await viewer.next(0)).toBe(missed);
    const later = seats('seats', 'later', { b: 'booked' });
    viewer.see(look, later);
    expect(await viewer.next(0)).toBe(later);
  });

  test('gets all seats where that version is not known, and where seats could not be seen meanwhile', async () => {
    const [stranger, greyed] = [come('unknown'), come('known')];
    greyed.lose({ id: 'unavailable', event: 'unavailable' }, false);
    for (const viewer of [stranger, greyed]) {
      viewer.see(look, undefined);
      expect(await viewer.next(0)).toBe(all);
    }
  });
});

describe('a viewer that takes nothing', () => {
  test('finds the places of all changes in one message, with the newest statuses', async () => {
    const viewer = await viewerWhoKnows();
    viewer.see(seeAll, places('1', [0, 2], [1, 0, 1]));
    viewer.see(seeAll, places('2', [0], [0, 0, 1]));
    const last = places('3', [1], [0, 2, 1]);
    viewer.see(seeAll, last);
    expect(await viewer.next(0)).toEqual({ ...last, places: [0, 2, 1] } as PlacesMessage);
    for (let i = 0; i < 1000; i++) viewer.see(seeAll, places(`${i}`, [i], []));
    expect(await viewer.next(0)).toBe(all);
  });

  test('finds the newest status of each seat in one message', async () => {
    const viewer = await viewerWhoKnows();
    viewer.see(seeAll, seats('seats', '1', { a: 'reserved', b: 'reserved' }));
    viewer.see(seeAll, seats('seats', '2', { a: 'available' }));
    viewer.see(seeAll, seats('seats', '3', { c: 'booked' }));
    expect(await viewer.next(0)).toEqual(seats('seats', '3', { a: 'available', b: 'reserved', c: 'booked' }));
    expect(await viewer.next(0)).toBe('nothing');
  });

  test('does not change the messages of others', async () => {
    const [viewer, other] = [await viewerWhoKnows(), await viewerWhoKnows()];
    const first = seats('seats', '1', { a: 'reserved' });
    for (const one of [viewer, other]) one.see(seeAll, first);
    viewer.see(seeAll, seats('seats', '2', { a: 'available' }));
    expect(await other.next(0)).toBe(first);
  });

  test('gets all seats when that has become shorter, and goes on from there', async () => {
    const viewer = await viewerWhoKnows();
    for (let i = 0; i < 100_000; i++) viewer.see(seeAll, seats('seats', `${i}`, { [`seat ${i % 501}`]: 'reserved' }));
    expect(await viewer.next(0)).toBe(all);
    viewer.see(seeAll, seats('seats', 'next', { a: 'reserved' }));
    expect(await viewer.next(0)).toEqual(seats('seats', 'next', { a: 'reserved' }));
  });

  test('finds the newest of several whole states', async () => {
    const viewer = newViewer();
    viewer.see(seeAll, undefined);
    const later = seats('taken', 'later', { a: 'booked' });
    viewer.see({ ...seeAll, taken: () => later }, seats('seats', 'later', { a: 'booked', z: 'available' }));
    expect(await viewer.next(0)).toBe(later);
    expect(await viewer.next(0)).toBe('nothing');
  });

  test('finds that seats can’t be seen instead of changes, and all seats instead of that', async () => {
    const viewer = await viewerWhoKnows();
    viewer.see(seeAll, seats('seats', '1', { a: 'reserved' }));
    viewer.lose({ id: '2', event: 'unavailable' }, true);
    viewer.see(seeAll, seats('seats', '3', { b: 'reserved' }));
    expect(await viewer.next(0)).toBe(all);
    viewer.lose({ id: '4', event: 'unavailable' }, true);
    expect(await viewer.next(0)).toEqual({ id: '4', event: 'unavailable' });
  });
});
