import { expect, test } from 'bun:test';
import { AppError } from '../errors.ts';
import { checkOf, etagOf } from './preconditions.ts';

const codeOf = (ifMatch: string | undefined) => {
  try {
    checkOf(ifMatch)('v1');
    return 'ok';
  } catch (error) {
    return error instanceof AppError ? error.code : error;
  }
};

test.each([
  [undefined, 'precondition_required'],
  [etagOf('v1'), 'ok'],
  [etagOf('v2'), 'precondition_failed'],
  ['"v0", "v1"', 'ok'],
  ['*', 'ok'],
  ['W/"v1"', 'precondition_failed'],
  ['v1', 'precondition_failed'],
  ['', 'precondition_failed'],
])('a change with If-Match %p of the version v1 is %s', (ifMatch, outcome) => {
  expect(codeOf(ifMatch)).toBe(outcome);
});
