import { describe, expect, test } from 'bun:test';
import { addressesFrom } from './addresses.ts';
import { complaints, parseRecord, written } from './record.ts';
import { failedThresholds, type Results, saleLine, table, visitsLine } from './results.ts';
import { settingsFrom } from './settings.ts';
import { thresholds } from './thresholds.ts';
import { misspell, plainWords } from './words.ts';
import { zipf } from './zipf.ts';

describe('addresses', () => {
  test('are those of npm start unless the environment says otherwise', () => {
    expect(addressesFrom({ BOOKING_URL: 'https://booking.example/', SEARCH_URL: '' })).toEqual({
      events: 'http://127.0.0.1:8080',
      booking: 'https://booking.example',
      search: 'http://127.0.0.1:8082',
    });
  });
});

describe('settings', () => {
  test('of a smoke are smaller, and a variable goes before both', () => {
    const full = settingsFrom({});
    const smoke = settingsFrom({ LOAD_SMOKE: '1' });
    for (const size of ['rate', 'seconds', 'visitors', 'buyers', 'seats'] as const) {
      expect(smoke[size]).toBeLessThan(full[size]);
    }
    expect(smoke.seconds).toBeLessThan(10);
    expect(settingsFrom({ LOAD_SMOKE: '1', LOAD_RATE: '7', LOAD_P99_MS: '0' })).toEqual({
      ...smoke,
      rate: 7,
      p99Ms: 0,
    });
    for (const [text, seconds] of Object.entries({ 45: 45, '45s': 45, '2m': 120 })) {
      expect(settingsFrom({ LOAD_DURATION: text }).seconds).toBe(seconds);
    }
  });

  test('that are wrong are all reported at once', () => {
    const env = { LOAD_RATE: '0', LOAD_DURATION: '3h', LOAD_VUS: '1e3', LOAD_BUYERS: '9', LOAD_SEATS: '9' };
    expect(() => settingsFrom(env)).toThrow(
      [
        'LOAD_RATE=0: must be a whole number from 1 to 10000',
        'LOAD_DURATION=3h: must be seconds, such as 30, 30s or 2m, from 1 to 3600',
        'LOAD_VUS=1e3: must be a whole number from 1 to 10000',
        'LOAD_BUYERS (9) must be more than LOAD_SEATS (9): else it is no rush',
      ].join('\n'),
    );
  });
});

describe('zipf', () => {
  test('gives each rank its share and never another', () => {
    const rank = zipf(4);
    const draws = 25_000;
    const times = [0, 0, 0, 0];
    for (let i = 0; i < draws; i++) times[rank(i / draws)]!++;
    const whole = 1 + 1 / 2 + 1 / 3 + 1 / 4;
    times.forEach((count, i) => {
      expect(count / draws).toBeCloseTo(1 / (i + 1) / whole, 3);
    });
    expect([rank(0), rank(1 - 1e-12), zipf(1)(0.99)]).toEqual([0, 3, 0]);
  });
});

describe('words', () => {
  test('are the plain ones of a name', () => {
    expect(plainWords("L'elisir d’hiver. The Weeknd: Nuit «blanche» – Corazón, Madison-Square Garden (2026)")).toEqual([
      'Weeknd',
      'Nuit',
      'Madison',
      'Square',
      'Garden',
    ]);
    expect(plainWords('東京 2026')).toEqual([]);
  });

  test('are misspelt by one edit within', () => {
    expect([misspell('Garden', 0, 0), misspell('Garden', 0.99, 0)]).toEqual(['Grden', 'Gardn']);
    expect([misspell('Garden', 0, 0.9), misspell('Rock', 0.99, 0)]).toEqual(['Gaarden', 'Rocck']);
  });
});

describe('the record', () => {
  test('is read as it was written, and complaints between are shown once', () => {
    const hold = { record: 'hold', ticket: '1', user: 'ann "the \n fan"' } as const;
    const text = [written(hold), 'reserve: 500', written({ ...hold, record: 'sale', method: 'c' }), 'reserve: 500', ''];
    const { holds, sales, offer, broken } = parseRecord(text.join('\n'));
    expect({ holds, sales, offer, broken }).toEqual({
      holds: [hold],
      sales: [{ ...hold, record: 'sale', method: 'c' }],
      offer: undefined,
      broken: 0,
    });
    expect(complaints(text.join('\n'))).toEqual(['reserve: 500']);
  });

  test('counts a line of an unknown kind as lost', () => {
    expect(parseRecord('{"record":"refund"}').broken).toBe(1);
  });
});

describe('results', () => {
  const bounds = thresholds(['list', 'reserve'], settingsFrom({ LOAD_P99_MS: '50' }));
  const results: Results = {
    metrics: {
      iterations: { values: { count: 20 } },
      buyers: { values: { count: 12 } },
      checks: { values: { rate: 0.98 }, thresholds: { [bounds.checks![0]!]: { ok: false } } },
      'http_reqs{name:list}': { values: { count: 30 }, thresholds: { 'count>0': { ok: true } } },
      'http_req_duration{name:list}': { values: { 'p(50)': 3.14, 'p(99)': 42, max: 99.6 } },
      'http_reqs{name:reserve}': { values: { count: 5 } },
      'http_req_duration{name:reserve}': { values: { 'p(99)': 51.2 }, thresholds: { 'p(99)<50': { ok: false } } },
    },
  };

  test('name the failed thresholds, and by how much', () => {
    expect(failedThresholds(results)).toEqual([
      'checks: rate==1 does not hold, it was 0.98',
      'http_req_duration{name:reserve}: p(99)<50 does not hold, it was 51.2',
    ]);
  });

  test('are summed up in one line', () => {
    expect(visitsLine('browse', results)).toBe('browse: 20 visits, 35 requests, p99 list 42 ms, p99 reserve 51 ms');
    expect(saleLine(results, { seats: 4, sold: 3, soldTwice: 0 })).toBe(
      'onsale: 12 buyers, 4 seats, 3 sold, 0 sold twice, p99 reserve 51 ms',
    );
    expect(table(results).split('\n')[1]).toMatch(/^list +30 +3\.1 ms +42 ms +100 ms$/);
  });

  test('have a bound and a count for each kind of request', () => {
    expect(bounds).toMatchObject({
      http_req_failed: ['rate==0'],
      broken_visits: ['count==0'],
      'http_reqs{name:list}': ['count>0'],
      'http_req_duration{name:reserve}': ['p(99)<50'],
    });
  });
});
