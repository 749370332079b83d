import { expect, test } from 'bun:test';
import { Unfit, unavailable } from '../errors.ts';
import { jobLog } from './job-log.ts';
import { createLog } from './log.ts';

/** Does the job `orders` once for each outcome, and `captures` after it; returns what was logged. */
async function logged(outcomes: (Error | 'done')[], other: Error | 'done' = 'done') {
  const lines: Record<string, unknown>[] = [];
  const log = createLog('test', 'info', { write: (line) => void lines.push(JSON.parse(line)) });
  const jobs = jobLog(log);
  const workOf = (outcome: Error | 'done') => async () => {
    if (outcome !== 'done') throw outcome;
  };
  for (const outcome of outcomes) {
    await jobs.run('orders', workOf(outcome));
    await jobs.run('captures', workOf(other));
  }
  return lines.map(({ time: _, service: __, err, ...line }): object => (err ? { ...line, stack: true } : line));
}

const away = (how = 'connect ECONNREFUSED 127.0.0.1:1') => unavailable('PostgreSQL', new Error(how));
const again = 'the job failed and is tried until it works again';
const ofOrders = { level: 'warn', job: 'orders', msg: again };

test('an outage is logged once by each job, in a sentence, and so is its end', async () => {
  const reason = 'PostgreSQL is unavailable: connect ECONNREFUSED 127.0.0.1:1';
  expect(await logged([away(), away('no answer'), away(), 'done', 'done', away()])).toEqual([
    { ...ofOrders, reason },
    { level: 'info', job: 'orders', msg: 'the job works again' },
    { ...ofOrders, reason },
  ]);
  expect(await logged([away(), away()], away())).toEqual([
    { ...ofOrders, reason },
    { ...ofOrders, job: 'captures', reason },
  ]);
});

test('an outage that becomes another one is logged anew', async () => {
  const reason = 'The database lacks a table';
  expect(await logged([away(), new Unfit(reason), new Unfit(reason)])).toMatchObject([{}, { ...ofOrders, reason }]);
});

test('an unknown name in a statement is logged as an error with its cause: it may be a bug', async () => {
  const cause = Object.assign(new Error('column "x" does not exist'), { code: '42703' });
  const misfit = () => new Unfit('The schema is not this release’s', cause);
  expect(await logged([misfit(), misfit()])).toEqual([
    {
      ...ofOrders,
      level: 'error',
      reason: 'The schema is not this release’s: column "x" does not exist',
      stack: true,
    },
  ]);
});

test('a bug is logged each time with its stack', async () => {
  const fault = { level: 'warn', job: 'orders', msg: 'the job failed and is tried again', stack: true };
  expect(await logged([new Error('a bug'), new Error('a bug'), 'done'])).toEqual([fault, fault]);
});
