import { describe, expect, test } from 'bun:test';
import { testClock } from '../../../../shared/testing/clock.ts';
import type { SeatStatus } from '../event/event.ts';
import { LiveViewer, type SeatsMessage } from './live-viewer.ts';

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

describe('a viewer that takes nothing', () => {
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
