import { expect, test } from 'bun:test';
import { gatherEvents } from './gather.ts';

test('events of a moment are few messages, each once; the end waits for the last', async () => {
  const sent: string[] = [];
  const { add, done } = gatherEvents(
    2,
    async (message) => {
      await Bun.sleep(0);
      sent.push(message);
    },
    () => {},
  );
  for (const event of ['a', 'b', 'a', 'c']) add(event);
  await done();
  expect(sent).toEqual(['a,b', 'c']);
  add('a');
  await done();
  expect(sent).toEqual(['a,b', 'c', 'a']);
});

test('a message that could not be sent is reported, and the next one is sent, with the events that came meanwhile', async () => {
  const [sent, errors]: [string[], unknown[]] = [[], []];
  const { add, done } = gatherEvents(
    1,
    async (message) => {
      if (message === 'a') {
        add('late');
        throw new Error('away');
      }
      sent.push(message);
    },
    (error) => errors.push(error),
  );
  for (const event of ['a', 'b']) add(event);
  await done();
  expect([sent, errors]).toEqual([['b', 'late'], [new Error('away')]]);
});

test('the first error of each outage is reported', async () => {
  let isAway = true;
  const errors: unknown[] = [];
  const { add, done } = gatherEvents(
    1,
    async (message) => {
      if (isAway) throw new Error(message);
    },
    (error) => errors.push(String(error)),
  );
  const send = async (...events: string[]) => {
    events.forEach(add);
    await done();
  };
  await send('a', 'b');
  await send('c');
  isAway = false;
  await send('d');
  isAway = true;
  await send('e', 'f');
  expect(errors).toEqual(['Error: a', 'Error: e']);
});
