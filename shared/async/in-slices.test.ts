import { expect, test } from 'bun:test';
import { inOneGo, inSlices } from './in-slices.ts';

/** Steps that take two milliseconds of the processor each. */
function* busy(steps: number): Generator<void, string, void> {
  for (let step = 0; step < steps; step++) {
    const end = performance.now() + 2;
    while (performance.now() < end);
    yield;
  }
  return 'done';
}

test('work in slices lets other tasks run', async () => {
  let turns = 0;
  const others = setInterval(() => turns++, 0);
  expect(await inSlices(busy(50))).toBe('done');
  clearInterval(others);
  expect(turns).toBeGreaterThan(2);
});

test('work in one go ends at once', () => {
  expect(inOneGo(busy(2))).toBe('done');
});
