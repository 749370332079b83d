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

export type Send = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Told>;

/** The events service with tokens checked, and those who ask it. */
export function organisersOver(database: TestDatabase, replaced: Partial<EventsDeps> = {}) {
  const identities = jwtIdentities({ keys: { secret: testSecret } }, silentLog);
  const app = appOver(database.db, { identities, ...replaced });

  const sender =
    (token?: string): Send =>
    async (method, path, body, headers = {}) => {
      const response = await app.request(`/api/v1/management${path}`, {
        method,
        headers: {
          ...(token !== undefined && { Authorization: `Bearer ${token}` }),
          ...(method === 'POST' && { 'Idempotency-Key': randomUUID() }),
          ...(body && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, json: isJson ? JSON.parse(text) : {}, headers: response.headers };
    };

  return {
    anybody: sender(),
    as: async (claims: object) => sender(await secretToken({ sub: randomUUID(), ...claims })),
    /** A new organiser, and one who sends its requests. */
    async organiser(name = 'Stage & Co'): Promise<{ uuid: string; id: number; send: Send }> {
      const [row] = await database.sql<{ uuid: string; id: number }[]>`
        insert into organisers (name) values (${name}) returning uuid, id::int`;
      return { ...row!, send: sender(await secretToken({ sub: randomUUID(), organiser: row!.uuid })) };
    },
    /** A venue of an organiser (null: of the platform), in Berlin. */
    async venue(organiserId: number | null, timeZone: string | null = 'Europe/Berlin'): Promise<string> {
      const [row] = await database.sql<{ uuid: string }[]>`
        insert into venues (location, organiser_id, name, address, city, country, time_zone, latitude, longitude)
        values ('Great Hall, Berlin', ${organiserId}, 'Great Hall', 'Am Ufer 1', 'Berlin', 'DE', ${timeZone}, 52.5, 13.4)
        returning uuid`;
      return row!.uuid;
    },
    async performer(organiserId: number | null, name: string): Promise<string> {
      const [row] = await database.sql<{ uuid: string }[]>`
        insert into performers (name, organiser_id) values (${name}, ${organiserId}) returning uuid`;
      return row!.uuid;
    },
  };
}
