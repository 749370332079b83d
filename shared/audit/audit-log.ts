import { type Actor, uuidOf } from '../auth/actor.ts';
import type { Db } from '../db/client.ts';

/** The author of a change, and the address from which they ask, where it is known. */
export type Author = { actor: Actor; address?: string | undefined };

/**
 * A change of a thing. `action` is the thing and what was done, such as `event.published`; `before` and `after` have
 * what has changed, as it was and as it is, in the members' names of the API.
 */
export type Change = {
  action: string;
  thing: string;
  thingUuid: string;
  /** The thing's organiser by its internal id; null: the platform. */
  organiserId: number | null;
  before?: object | undefined;
  after?: object | undefined;
};

/** Notes a change in the audit log. Call it in the transaction of the change: both are there, or none. */
export async function writeAudit(tx: Db['sql'], { actor, address }: Author, change: Change): Promise<void> {
  const { action, thing, thingUuid, organiserId, before, after } = change;
  await tx`
    insert into audit_log (organiser_id, actor, actor_uuid, address, action, thing, thing_uuid, before, after)
    values (${organiserId}, ${actor.is}, ${uuidOf(actor)}, ${address ?? null}, ${action}, ${thing}, ${thingUuid},
      ${asJson(before)}::text::jsonb, ${asJson(after)}::text::jsonb)`;
}

const asJson = (members: object | undefined) => (members ? JSON.stringify(members) : null);
