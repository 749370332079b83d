import { describe, expect, test } from 'bun:test';
import { checkPlan } from './check-plan.ts';
import { planHash } from './plan-hash.ts';
import { changed, everything, pathsIn, planOf } from './testing.ts';

const hashOf = (input: unknown) => planHash(planOf(input));

/** The same members in the reverse order. */
function turnedOver(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turnedOver);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, one]) => [key, turnedOver(one)]));
}

describe('the hash stays', () => {
  test('the same from release to release', () => {
    expect(hashOf(everything())).toBe('ff6fbc39b804d729ca4b01e92b1f49d02fbb033d4be96f5e40b3843e1071a874');
  });

  test.each<[string, unknown]>([
    ['members in another order', turnedOver(everything())],
    ['a checked plan that is checked again', planOf(everything())],
    ['empty lists that are left out', changed(everything(), ['sections', 1, 'tables'], () => [])],
    ['less than half a hundredth', changed(everything(), ['sections', 0, 'rows', 0, 'seats', 1, 'x'], () => 30.1299)],
    ['capitals in a color', changed(everything(), ['categories', 0, 'color'], () => '#ffd700')],
    [
      'flags in another order',
      changed(everything(), ['sections', 0, 'rows', 0, 'seats', 0, 'flags'], () => ['aisle', 'accessible', 'aisle']),
    ],
    ['blanks around a name', changed(everything(), ['name'], () => ' Club ')],
    ['a negative zero', changed(everything(), ['decorations', 0, 'x'], () => -0)],
  ])('with %s', (_, input) => {
    expect(hashOf(input)).toBe(hashOf(everything()));
  });
});

test('the hash changes with every member, and with the order of every list', () => {
  const plan = planOf(everything());
  const hashes = new Set([planHash(plan)]);
  const paths = pathsIn(plan);
  for (const path of paths) {
    const change = changed(plan, path, (value) => {
      if (typeof value === 'number') return value + 1;
      if (typeof value === 'string') return `${value}x`;
      if (Array.isArray(value)) return value.length > 1 ? [...value].reverse() : [...value, ...value];
      return { ...(value as object), further: 1 };
    });
    const key = JSON.stringify(path);
    // Flags have one order, and one without an item is as one left out.
    if (path.includes('flags') || (key.endsWith('"tables"]') && path[1] === 1)) continue;
    expect([key, hashes.has(planHash(change))]).toEqual([key, false]);
    hashes.add(planHash(change));
  }
  expect(hashes.size).toBeGreaterThan(150);
  const without = changed(plan, ['sections', 0, 'rows', 0, 'seats', 0, 'flags'], () => ['aisle']);
  expect(hashes.has(planHash(without))).toBe(false);
});

test('a plan that was written and read has its hash', () => {
  const plan = planOf(everything());
  const checked = checkPlan(JSON.parse(JSON.stringify(plan)));
  expect('plan' in checked && checked.plan).toEqual(plan);
});
