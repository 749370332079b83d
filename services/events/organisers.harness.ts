import { randomUUID } from 'node:crypto';
import { withApiKeys } from '../../shared/auth/api-keys.ts';
import { postgresApiKeys } from '../../shared/auth/api-keys-postgres.ts';
import { jwtIdentities } from '../../shared/auth/jwt.ts';
import { type Logger, silentLog } from '../../shared/process/log.ts';
import type { TestDatabase } from '../../shared/testing/database.ts';
import { makeApiKey, makeOrganiser } from '../../shared/testing/organisers.ts';
import { secretToken, testSecret } from '../../shared/testing/tokens.ts';
import { appOver } from './app.harness.ts';
import type { EventsDeps } from './app.ts';

/** The address from which the requests of tests come. */
export const testAddress = '192.0.2.7';

export type Told = { status: number; json: Record<string, unknown>; headers: Headers };

/** Sends requests to the events service of a database, below `/api/v1/management`, by a token or an API key. */
export function callerOf(app: ReturnType<typeof appOver>) {
  return async (
    token: string | undefined,
    route: string,
    { body, headers = {} }: { body?: object; headers?: Record<string, string> } = {},
  ): Promise<Told> => {
    const [method = '', path = ''] = route.split(' ');
    const own: Record<string, string> = { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
    if (token !== undefined) own.Authorization = `Bearer ${token}`;
    const response = await app.request(
      `/api/v1/management${path}`,
      { method, headers: { ...own, ...headers }, ...(body && { body: JSON.stringify(body) }) },
      { requestIP: () => ({ address: testAddress }) },
    );
    const text = await response.text();
    return { status: response.status, json: text ? JSON.parse(text) : {}, headers: response.headers };
  };
}

/** The events service that checks tokens and API keys, over a database; `nowMs` is the clock of the keys. */
export function checkedApp(
  { db }: TestDatabase,
  { log = silentLog, nowMs = Date.now, ...replaced }: Partial<EventsDeps> & { log?: Logger; nowMs?: () => number } = {},
) {
  const tokens = jwtIdentities({ keys: { secret: testSecret } }, log);
  const identities = withApiKeys(tokens, postgresApiKeys(db), log, { now: nowMs });
  return appOver(db, { log, identities, ...replaced });
}

/** Two organisers, and the credentials of everybody who may ask, by name. */
export async function makeActors({ sql }: TestDatabase) {
  const [host, rival] = [await makeOrganiser(sql), await makeOrganiser(sql)];
  const uuids = { buyer: randomUUID(), host: randomUUID(), rival: randomUUID(), platform: randomUUID() };
  const key = async (organiserUuid: string | null, ...scopes: ('read' | 'sell' | 'manage' | 'check-in')[]) =>
    (await makeApiKey(sql, { organiserUuid, scopes })).key;
  return {
    organisers: { host, rival, platform: null },
    uuids,
    tokens: {
      buyer: await secretToken({ sub: uuids.buyer }),
      host: await secretToken({ sub: uuids.host, organiser: host }),
      rival: await secretToken({ sub: uuids.rival, organiser: rival }),
      'a person of an unknown organiser': await secretToken({ sub: randomUUID(), organiser: randomUUID() }),
      platform: await secretToken({ sub: uuids.platform, scope: 'organiser' }),
      admin: await secretToken({ sub: randomUUID(), scope: 'admin' }),
      'a key that reads': await key(host, 'read'),
      'a key that sells': await key(host, 'sell', 'check-in'),
      'a key that manages': await key(host, 'manage', 'read'),
      'a key of the platform': await key(null, 'read', 'sell', 'manage'),
    },
  };
}
