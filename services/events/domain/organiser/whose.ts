import { type Actor, organises, type Scope } from '../../../../shared/auth/actor.ts';
import { actingFor } from '../../../../shared/auth/rights.ts';
import type { Whose } from '../page.ts';
import { organiserNotFound } from './errors.ts';

/** The organiser that a list is asked for: a uuid, the platform, or none: one's own things; an administrator's: all. */
export type Asked = string | 'platform' | undefined;

/**
 * Returns whose things a list shows. Throws `forbidden` for a buyer, and for a key without the right, and
 * `organiser_not_found` for another organiser; `shared` things of the platform are everybody's to see.
 */
export function whoseOf(actor: Actor, asked: Asked, scope: Scope, shared: 'shared' | 'own'): Whose {
  const own = actingFor(actor, scope);
  const seesAll = actor.is === 'admin' || actor.is === 'system';
  if (asked === undefined) return seesAll ? 'everybody' : { organiserUuid: own };
  const organiserUuid = asked === 'platform' ? null : asked;
  const isSeen = organises(actor, organiserUuid, scope) || (organiserUuid === null && shared === 'shared');
  if (!isSeen) throw organiserNotFound();
  return { organiserUuid };
}
