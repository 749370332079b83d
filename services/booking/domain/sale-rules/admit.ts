import type { AppError } from '../../../../shared/errors.ts';
import { codeInvalid, eventCancelled, eventPostponed, notOnSale, salesEnded } from '../errors.ts';
import type { Ports } from '../ports.ts';
import { type Deed, type EventRules, type OffSale, offSaleAt } from './event-rules.ts';

type RulePorts = Pick<Ports, 'knownRules'>;

/**
 * A request for seats of an event. `missing` is the error without the event, of which a draft is one; the original's
 * routes have their own error `inPlaceOf` each of these.
 */
export type Request = {
  eventUuid: string;
  deed: Deed;
  missing: () => AppError;
  inPlaceOf?: (() => AppError) | undefined;
};

/**
 * Returns the rules of an event by which seats may be held now; throws why not, before a lock is taken. Admitting
 * costs no read: the database decides. A refusal is by rules of at most a second ago.
 */
export async function admit({ knownRules }: RulePorts, request: Request): Promise<EventRules> {
  const { eventUuid, deed } = request;
  const known = await knownRules.of(eventUuid);
  if (known && !offSaleAt(known, knownRules.timeBy(known), deed)) return known;
  const fresh = await knownRules.fresh(eventUuid);
  const why = fresh && offSaleAt(fresh, knownRules.timeBy(fresh), deed);
  if (fresh && !why) return fresh;
  throw refusal(why ?? 'draft', fresh, request);
}

/** Returns the error for what the database has refused: by the rules that it has by now. */
export async function refused({ knownRules }: RulePorts, request: Request): Promise<AppError> {
  knownRules.forget(request.eventUuid);
  const rules = await knownRules.fresh(request.eventUuid);
  const why = rules ? (offSaleAt(rules, knownRules.timeBy(rules), request.deed) ?? 'ended') : 'draft';
  return refusal(why, rules, request);
}

function refusal(why: OffSale, rules: EventRules | undefined, { missing, inPlaceOf }: Request): AppError {
  switch (why) {
    case 'draft':
      return missing();
    case 'cancelled':
      return eventCancelled(inPlaceOf?.());
    case 'postponed':
      return eventPostponed(inPlaceOf?.());
    case 'ended':
      return salesEnded(inPlaceOf?.());
    case 'not yet':
      return notOnSale(rules!, inPlaceOf?.());
    case 'code invalid':
      return codeInvalid();
  }
}
