import { expect, test } from 'bun:test';
import { localDate } from './local-date.ts';

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
