import { expect, test } from 'bun:test';
import { z } from '@hono/zod-openapi';
import { AppError } from '../errors.ts';
import { invalidInput, statusAndBody } from './errors.ts';

const schema = z.union([
  z.object({ seats: z.array(z.guid('must be a uuid')).min(1), row: z.string(), buyer: z.string('must be a text') }),
  z.object({ quantity: z.int('must be a whole number'), buyer: z.string('must be a text') }),
]);

/** The response to such a body. */
function refusal(body: unknown, target = 'json'): { status: number; body: object } {
  const { error } = schema.safeParse(body);
  return statusAndBody(invalidInput(error!.issues, target));
}

test('of several forms of a body, the closest one gives the issues, field by field', () => {
  expect(refusal({ seats: ['x'], row: 'A', buyer: 'me' })).toEqual({
    status: 400,
    body: {
      error: 'invalid_request',
      message: 'Invalid request payload',
      issues: [{ path: 'seats.0', message: 'must be a uuid' }],
    },
  });
  expect(refusal({ quantity: 'x', buyer: 'me' }).body).toMatchObject({
    issues: [{ path: 'quantity', message: 'must be a whole number' }],
  });
});

test('each unknown member is an issue of its own, by its path', () => {
  const strict = z.strictObject({ name: z.string(), window: z.strictObject({ from: z.string() }) });
  const { error } = strict.safeParse({ name: 'x', naem: 'y', window: { from: 'x', til: 'y', '': 'z' } });
  const message = 'is not known here: leave it out';
  expect(invalidInput(error!.issues, 'json').details).toEqual({
    issues: [
      { path: 'window.til', message },
      { path: 'window.', message },
      { path: 'naem', message },
    ],
  });
});

test('an issue outside the body is one of a parameter', () => {
  expect(refusal({}, 'query').body).toMatchObject({ message: 'Invalid request parameters' });
});

test('a parameter that is given again is told to be given once', () => {
  const { error } = z.object({ page: z.string() }).safeParse({ page: ['1', '2'] });
  expect(invalidInput(error!.issues, 'query').details).toEqual({
    issues: [{ path: 'page', message: 'must be given once' }],
  });
});

test('a response has nothing of the cause', () => {
  const { body } = statusAndBody(new AppError('internal', 'Internal server error', { cause: new Error('hunter2') }));
  expect(body).toEqual({ error: 'internal', message: 'Internal server error' });
});
