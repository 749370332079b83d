import { describe, expect, test } from 'bun:test';
import { progressBar } from '../../shared/process/progress.ts';
import { currencies, languages, venues } from './catalogue.ts';
import { createRandom } from './random.ts';
import { priceIn } from './seats.ts';

describe('the random generator', () => {
  test('repeats itself by seed and differs by stream', () => {
    const draw = (seed: number, stream: number) => {
      const random = createRandom(seed, stream);
      return Array.from({ length: 5 }, () => random.uuid());
    };
    expect(draw(1, 0)).toEqual(draw(1, 0));
    expect(new Set([draw(1, 0), draw(1, 1), draw(2, 0), draw(1 + 2 ** 32, 0)].flat()).size).toBe(20);
  });

  test('makes uuids of version 4 and numbers of the range', () => {
    const random = createRandom(42);
    const uuids = Array.from({ length: 10_000 }, () => random.uuid());
    expect(new Set(uuids).size).toBe(10_000);
    expect(
      uuids.filter((uuid) => !/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(uuid)),
    ).toEqual([]);
    const dice = Array.from({ length: 60_000 }, () => random.int(1, 6));
    for (let side = 1; side <= 6; side++) expect(dice.filter((die) => die === side).length / 10_000).toBeCloseTo(1, 1);
    expect(() => random.pick([])).toThrow('Nothing to pick from');
  });
});

describe('the catalogue', () => {
  test('has venues of distinct places and seat maps, the four of the original first', () => {
    expect(venues.slice(0, 4).map((venue) => venue.location)).toEqual([
      'Madison Square Garden, New York',
      'Staples Center, Los Angeles',
      'Royal Albert Hall, London',
      'Estádio Maracanã, Rio de Janeiro',
    ]);
    expect(new Set(venues.map((venue) => venue.location)).size).toBe(venues.length);
    for (const { seatMap } of venues) expect(Object.keys(seatMap).length).toBeGreaterThan(0);
  });

  test('has no word list with an empty or doubled entry', () => {
    for (const pack of Object.values(languages)) {
      for (const list of Object.values(pack).filter((value) => Array.isArray(value))) {
        expect(new Set(list).size).toBe(list.length);
        expect(list).not.toContain('');
      }
    }
  });

  test('knows the currencies of ISO 4217 with their decimals', () => {
    for (const [code, { digits }] of Object.entries(currencies)) {
      expect(Intl.supportedValuesOf('currency')).toContain(code);
      // CLDR shows some currencies without the decimals that ISO 4217 gives them; never the other way round.
      const shown = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions();
      expect(digits).toBeGreaterThanOrEqual(shown.maximumFractionDigits ?? 0);
    }
    expect(['USD', 'JPY', 'DKK'].map((code) => priceIn(code as keyof typeof currencies, 80))).toEqual([
      8_000, 12_000, 55_000,
    ]);
  });
});

describe('the progress bar', () => {
  const clock = (stepMs: number) => {
    let at = -stepMs;
    return () => {
      at += stepMs;
      return at;
    };
  };
  const shown = (isTTY: boolean) => {
    let written = '';
    const bar = progressBar({ isTTY, columns: 100, write: (text) => (written += text) }, clock(500));
    for (let done = 0; done <= 40; done++) bar(done, 40, 'events');
    return written;
  };

  test('prints a line every tenth into a log', () => {
    const lines = shown(false).trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe(' 10 %  4 of 40 events, 8/s, 4.5 s left');
    expect(lines.at(-1)).toStartWith('100 %  40 of 40 events');
  });

  test('draws over one line on a terminal', () => {
    const text = shown(true);
    expect(text.match(/\n/g)).toHaveLength(1);
    expect(text).toEndWith('\u001b[K\n');
    expect(text).toContain('████████████░░░░░░░░░░░░  50 %  20 of 40 events');
  });
});
