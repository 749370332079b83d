import { expect, test } from 'bun:test';
import { wantsProblem } from './problem.ts';

test.each([
  ['application/problem+json', true],
  ['Application/Problem+JSON; charset=utf-8', true],
  ['application/json, application/problem+json;q=0.5', true],
  ['application/problem+json;q=0', false],
  ['application/*, */*', false],
])('%s asks for problems: %j', (accept, wanted) => {
  expect(wantsProblem(accept)).toBe(wanted);
});
