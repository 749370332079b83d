import { randomUUID } from 'node:crypto';
import type { Scope } from '../auth/actor.ts';
import { newApiKey } from '../auth/api-keys.ts';
import type { Db } from '../db/client.ts';

/** An organiser of its own. */
export async function makeOrganiser(sql: Db['sql'], name = `Organiser ${randomUUID()}`): Promise<string> {
  const [organiser] = await sql<{ uuid: string }[]>`insert into organisers (name) values (${name}) returning uuid`;
  return organiser!.uuid;
}

/** An API key of an organiser, null: of the platform. */
export async function makeApiKey(
  sql: Db['sql'],
  { organiserUuid, scopes }: { organiserUuid: string | null; scopes: Scope[] },
): Promise<{ uuid: string; key: string }> {
  const { key, hash, start } = newApiKey();
  const [made] = await sql<{ uuid: string }[]>`
    insert into api_keys (organiser_id, name, hash, start, scopes)
    values ((select id from organisers where uuid = ${organiserUuid}), 'A key', ${hash}, ${start}, ${scopes}) returning uuid`;
  return { uuid: made!.uuid, key };
}
