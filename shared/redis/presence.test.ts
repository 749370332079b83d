import { expect, test } from 'bun:test';
import { ReplyError } from 'ioredis';
import { createPresence } from './presence.ts';
import { SentinelError } from './sentinel.ts';

test.each(['Redis', 'Sentinel'])('a login that %s refuses is told without what was sent', (server) => {
  const said = new ReplyError('WRONGPASS invalid username-password pair');
  const refusal = Object.assign(said, { command: { name: 'hello', args: ['3', 'AUTH', 'onsale', 'hush'] } });
  const presence = createPresence(server === 'Sentinel');
  presence.follow({ on: () => {} } as never);
  presence.met(server === 'Sentinel' ? new SentinelError(refusal) : refusal);
  expect(presence.reason()).toBeInstanceOf(Error);
  expect(refusal).not.toHaveProperty('command');
});
