import { expect, test } from 'bun:test';
import { Unfit, unavailable } from '../errors.ts';
import { inWords } from './failures.ts';

const coded = (message: string, code: string, cause?: unknown) =>
  Object.assign(new Error(message, { cause }), { code });

test.each([
  ['a plain error', new Error('It broke.'), ['It broke']],
  ['what is no error', 'it broke', ['it broke']],
  [
    'a server that is away, without what clients are told',
    unavailable('PostgreSQL', coded('connect ECONNREFUSED 127.0.0.1:1', 'ECONNREFUSED')),
    [
      'PostgreSQL is unavailable: connect ECONNREFUSED 127.0.0.1:1',
      'Nothing listens there: is the server running, and is this its address?',
    ],
  ],
  [
    'a statement that failed, without the statement',
    new Error('Failed query: select secret\nparams: hush', {
      cause: coded('relation "events" does not exist', '42P01'),
    }),
    ['relation "events" does not exist', 'The schema is missing or of another release: run `events migrate`.'],
  ],
  [
    'addresses that were tried in turn',
    new AggregateError([coded('', 'ETIMEDOUT'), new Error('other')], ''),
    ['AggregateError: ETIMEDOUT'],
  ],
  [
    'a password that Redis refuses',
    new Error('WRONGPASS invalid username-password pair or user is disabled.'),
    ['WRONGPASS invalid username-password pair or user is disabled', 'Set REDIS_PASSWORD to what the server knows.'],
  ],
  [
    'where a server is and what it says, and nothing between',
    new Error('PostgreSQL at db:5432', {
      cause: new Unfit('PostgreSQL refuses the password of this service', coded('password is wrong', '28P01')),
    }),
    ['PostgreSQL at db:5432: password is wrong', 'Set POSTGRES_USER and POSTGRES_PASSWORD to what the server knows.'],
  ],
  [
    'a server’s reason that has no other cause',
    new Error('PostgreSQL at db:5432', { cause: new Unfit('PostgreSQL 17 or newer is needed; this is 16') }),
    ['PostgreSQL at db:5432: PostgreSQL 17 or newer is needed; this is 16'],
  ],
  ['what a cause says again, once', new Error('it broke: so', { cause: new Error('so') }), ['it broke: so']],
  ['no more than the first line', new Error('it broke\n    at here'), ['it broke']],
])('in words: %s', (_, error, lines) => {
  expect(inWords(error).split('\n')).toEqual(lines);
});

test('in words: causes that go in a circle', () => {
  const error = new Error('it broke');
  error.cause = error;
  expect(inWords(error)).toBe('it broke');
});
