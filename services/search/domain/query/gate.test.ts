import { expect, test } from 'bun:test';
import { isAppError } from '../../../../shared/errors.ts';
import { createGate } from './gate.ts';

/** A gate with a clock of its own, and work that is under way until it is told to end. */
function start(options: { atOnce: number; maxWaiting: number }) {
  const alarms = new Set<() => void>();
  const after = (_: number, callback: () => void) => {
    alarms.add(callback);
    return () => void alarms.delete(callback);
  };
  const gate = createGate({ ...options, patienceMs: 1000, after });
  const begun: string[] = [];
  const ends = new Map<string, (failure?: Error) => void>();
  const ask = (name: string) =>
    gate
      .run(
        () =>
          new Promise<string>((resolve, reject) => {
            begun.push(name);
            ends.set(name, (failure) => (failure ? reject(failure) : resolve(name)));
          }),
      )
      .catch((error) => (isAppError(error, 'unavailable') ? `${name} refused` : `${name} ${error.message}`));
  const losePatience = () => {
    for (const callback of [...alarms]) callback();
  };
  return { ask, begun, end: (name: string, failure?: Error) => ends.get(name)!(failure), losePatience, alarms };
}

test('work up to the limit is under way, more waits in its order, and the next is refused at once', async () => {
  const { ask, begun, end } = start({ atOnce: 2, maxWaiting: 2 });
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(ask);
  expect(await ask('e')).toBe('e refused');
  expect(begun).toEqual(['a', 'b']);
  end('b');
  expect(await b).toBe('b');
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b', 'c']);
  const f = ask('f');
  end('a');
  end('c');
  await Promise.all([a, c]);
  end('d');
  await d;
  end('f');
  expect(await f).toBe('f');
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'f']);
});

test('work that has waited too long is refused, and takes no other’s place later', async () => {
  const { ask, begun, end, losePatience, alarms } = start({ atOnce: 1, maxWaiting: 5 });
  const a = ask('a');
  const late = ask('late');
  losePatience();
  expect(await late).toBe('late refused');
  const b = ask('b');
  end('a');
  await a;
  await Promise.resolve();
  expect(begun).toEqual(['a', 'b']);
  end('b');
  await b;
  losePatience();
  expect([begun, alarms.size]).toEqual([['a', 'b'], 1]);
});

test('work that fails makes room as well', async () => {
  const { ask, end } = start({ atOnce: 1, maxWaiting: 1 });
  const a = ask('a');
  const b = ask('b');
  end('a', new Error('failed'));
  expect(await a).toBe('a failed');
  await Promise.resolve();
  end('b');
  expect(await b).toBe('b');
});
