import { expect, test } from 'bun:test';
import { localDate, utcOffset } from './local-date.ts';

test.each([
  ['2030-06-01T23:00:00Z', 'Europe/Berlin', '2030-06-02'],
  ['2030-06-01T21:59:59Z', 'Europe/Berlin', '2030-06-01'],
  ['2030-06-01T03:00:00Z', 'America/New_York', '2030-05-31'],
  ['2030-06-01T23:00:00Z', null, '2030-06-01'],
  ['2030-06-01T23:00:00Z', 'Mars/Base', '2030-06-01'],
  ['0999-12-30T23:00:00Z', 'Asia/Tokyo', '0999-12-31'],
  ['0001-01-01T00:00:00Z', 'America/New_York', '0001-01-01'],
  ['9999-12-31T23:59:59Z', 'Asia/Tokyo', '9999-12-31'],
])('%s in %s is on %s', (date, timeZone, day) => expect(localDate(date, timeZone)).toBe(day));

test.each([
  ['2030-06-01T23:00:00Z', 'Europe/Berlin', 120],
  ['2030-12-01T23:00:00Z', 'Europe/Berlin', 60],
  ['2030-06-01T03:00:59Z', 'America/New_York', -240],
  ['2030-06-01T23:00:00Z', 'Asia/Kathmandu', 345],
  ['2030-06-01T23:00:00Z', 'Pacific/Kiritimati', 840],
  ['2030-06-01T23:00:00Z', null, 0],
  ['2030-06-01T23:00:00Z', 'Mars/Base', 0],
  ['1880-06-01T23:00:00Z', 'Europe/Amsterdam', 15],
  ['9999-12-31T23:59:59Z', 'Asia/Tokyo', 0],
])('at %s %s is %d minutes ahead of UTC', (date, timeZone, minutes) => expect(utcOffset(date, timeZone)).toBe(minutes));
