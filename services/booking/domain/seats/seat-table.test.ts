import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { OfferedSeat } from './candidates.ts';
import { SeatTable } from './seat-table.ts';

const seatOf = (uuid: string, more: Partial<OfferedSeat> = {}): OfferedSeat => ({
  uuid,
  seat: 'A1',
  price: 100,
  currency: 'EUR',
  free: true,
  ...more,
});

test('a table finds each of its seats by its uuid, and none other', () => {
  const upper = randomUUID().toUpperCase();
  const uuids = [...Array.from({ length: 2000 }, () => randomUUID() as string), 'A1', upper, '0'.repeat(36)];
  // Uuids that differ in one word collide.
  const near = [0, 9, 14, 19, 28].map((at) =>
    `${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`.split('').with(at, '7').join(''),
  );
  const table = new SeatTable([...uuids, ...near].map((uuid) => seatOf(uuid)));
  for (const [place, uuid] of [...uuids, ...near].entries()) {
    expect(table.placeOf(uuid)).toBe(place);
    expect(table.uuidAt(place)).toBe(uuid);
  }
  expect(table.placeOf(randomUUID())).toBeUndefined();
  expect(table.placeOf(upper.toLowerCase())).toBeUndefined();
  expect(table.placeOf('A2')).toBeUndefined();
  expect(new SeatTable([]).placeOf(randomUUID())).toBeUndefined();
});

test('a table knows a seat again unless it has changed', () => {
  const seat = seatOf(randomUUID(), { place: 3, category: 'Gold' });
  const table = new SeatTable([seat, seatOf(randomUUID())]);
  expect(table.isAsBefore(0, { ...seat, free: false })).toBe(true);
  expect(table.isAsBefore(1, seatOf(randomUUID(), { place: null, category: null }))).toBe(true);
  const others = { seat: 'A2', price: 101, currency: 'USD', place: 4, category: 'Silver' };
  for (const [member, value] of Object.entries(others)) {
    expect([member, table.isAsBefore(0, { ...seat, [member]: value })]).toEqual([member, false]);
  }
  expect(table.isAsBefore(0, { ...seat, place: null })).toBe(false);
  expect(table.isAsBefore(0, { ...seat, category: null })).toBe(false);
});
