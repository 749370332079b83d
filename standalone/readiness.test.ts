import { afterAll, expect, test } from 'bun:test';
import { unready } from './readiness.ts';

const servers: { stop(): unknown }[] = [];
afterAll(() => servers.forEach((server) => void server.stop()));

/** A service with these responses, which is ready after them. */
function service(...answers: object[]): string {
  const fetch = () => {
    const answer = answers.shift();
    return Response.json(answer ?? { status: 'ok' }, { status: answer ? 503 : 200 });
  };
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch });
  servers.push(server);
  return `http://127.0.0.1:${server.port}`;
}

/** A clock that reaches the timeout after some reads. */
const looks = (count: number) => {
  let left = count;
  return () => (left-- > 0 ? 0 : 60_000);
};

const lacks = (name: string) => ({ status: 'unavailable', dependencies: { postgres: 'ok', [name]: 'unavailable' } });

test('services that become ready are waited for', async () => {
  expect(await unready({ events: service(), booking: service(lacks('redis'), lacks('redis')) })).toEqual([]);
});

test('each service that is not ready in time has a line with the reason', async () => {
  const told = { ...lacks('redis'), reasons: { redis: 'Redis 7.4 or newer is needed; this is 6.0' } };
  const services = {
    events: service(),
    booking: service(told, told),
    search: service(lacks('index'), lacks('index')),
    gone: 'http://127.0.0.1:1',
  };
  expect(await unready(services, looks(2))).toEqual([
    'booking: redis: Redis 7.4 or newer is needed; this is 6.0',
    'search: index is unavailable',
    'gone: it does not answer',
  ]);
});
