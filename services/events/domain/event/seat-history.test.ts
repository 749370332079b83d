import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { SeatHistory } from './seat-history.ts';

test('what lies between two states is every seat that differs, for any walk and any state before', () => {
  const seats = 6;
  const change = fc.record({ place: fc.nat(seats - 1), code: fc.nat(2) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const states = ['0'.repeat(seats)];
      const history = new SeatHistory(seats, states[0]!);
      for (const { place, code } of changes) {
        const before = states.at(-1)!;
        const after = `${before.slice(0, place)}${code}${before.slice(place + 1)}`;
        if (after === before) continue;
        expect(history.add(after, [place])).toBe(states.length);
        states.push(after);
      }
      states.forEach((now, number) => {
        for (const known of states.slice(0, number + 1)) {
          const places = history.between(known, number)!;
          const merged = [...known].map((code, place) => (places.includes(place) ? now[place] : code)).join('');
          expect(merged).toBe(now);
        }
        const later = states.slice(number + 1).filter((state) => !states.slice(0, number + 1).includes(state));
        for (const unknown of [...later, 'x']) expect(history.between(unknown, number)).toBeUndefined();
      });
    }),
  );
});

test('the oldest states are forgotten by the number of changed seats, and the newest is always known', () => {
  const history = new SeatHistory(10, 'v0');
  for (let i = 1; i <= 150; i++) history.add(`v${i}`, [i % 10]);
  expect(history.between('v49', 150)).toBeUndefined();
  expect(history.between('v50', 150)).toHaveLength(10);
  const all = Array.from({ length: 5000 }, (_, place) => place);
  expect(history.add('all', all)).toBe(151);
  expect([history.between('v150', 151), history.between('all', 151)]).toEqual([undefined, []]);
  expect(history.between('v150', 150)).toBeUndefined();
  history.add('next', [3]);
  expect([history.between('all', 152), history.between('v150', 152)]).toEqual([[3], undefined]);
});
