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

test('a reason stays while attempts end without one, and goes when nobody is there', () => {
  const presence = createPresence(false);
  presence.follow({ on: () => {} } as never);
  const refused = new ReplyError('WRONGPASS invalid username-password pair');
  presence.met(refused);
  // Bun meets this now and then, where TLS is ended in its middle.
  presence.met(Object.assign(new Error('decode error'), { code: 'ERR_SSL_TLSV1_ALERT_DECODE_ERROR' }));
  presence.met(new Error('Connection is closed.'));
  expect(presence.reason()).toBe(refused);
  const away = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  presence.met(away);
  expect(presence.reason()).toBe(away);
});
