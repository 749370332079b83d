import { randomUUID } from 'node:crypto';
import { jwtIdentities } from '../../shared/auth/jwt.ts';
import { silentLog } from '../../shared/process/log.ts';
import type { TestDatabase } from '../../shared/testing/database.ts';
import { secretToken, testSecret } from '../../shared/testing/tokens.ts';
import { appOver } from './app.harness.ts';
import type { EventsDeps } from './app.ts';

export type Told = { status: number; json: unknown; headers: Headers };
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
