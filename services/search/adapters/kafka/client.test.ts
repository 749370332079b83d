import { expect, test } from 'bun:test';
import { unavailable } from '../../../../shared/errors.ts';
import { type KafkaClient, onDemand } from './client.ts';

test('a client that passes its deadline is cut off, and the next work has a new one', async () => {
  const said: string[] = [];
  let opened = 0;
  const openClient = () =>
    ({
      abandon: () => said.push(`abandon ${opened}`),
      explain: (error: unknown) => unavailable('Kafka', error),
    }) as unknown as KafkaClient;
  const admin = onDemand(openClient, () => {
    const own = ++opened;
    return { own, connect: async () => {}, disconnect: async () => void said.push(`disconnect ${own}`) };
  });
  expect(await admin.run(async ({ own }) => own, 1000)).toBe(1);
  await expect(admin.run(() => new Promise(() => {}), 5)).rejects.toMatchObject({ code: 'unavailable' });
  expect(said).toEqual(['abandon 1', 'disconnect 1']);
  expect(await admin.run(async ({ own }) => own, 1000)).toBe(2);
  await admin.close();
  expect(said).toEqual(['abandon 1', 'disconnect 1', 'disconnect 2', 'abandon 2']);
});
