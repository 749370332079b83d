import { expect, test } from 'bun:test';
import { createServer } from 'node:net';
import { socketsTo } from './sockets.ts';

test('a connection on which TLS is never agreed is destroyed', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const socket = socketsTo({}, 50)({ host: '127.0.0.1', port, ssl: {}, onConnect: () => {} });
  const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
  expect([error.message, socket.destroyed]).toEqual(['no TLS within 50 ms', true]);
  silent.close();
});
