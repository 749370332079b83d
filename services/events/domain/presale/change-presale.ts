import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Actor, Scope } from '../../../../shared/auth/actor.ts';
import { mustOrganise, organised } from '../../../../shared/auth/rights.ts';
import { eventIsCancelled, eventNotFound, type Issue, invalidEvent } from '../event/errors.ts';
import { presaleIsUsed, presaleNotFound } from './errors.ts';
import type { GeneralSale, Presale, PresaleInput, Presales } from './presales.ts';

type PresalePorts = { presales: Presales };

// Each of these throws `forbidden`, and for another organiser's thing as if there were none.

/**
 * Makes a presale; repeated with the same uuid, it makes nothing. Throws `event_not_found`, `event_cancelled` and
 * `invalid_request`.
 */
export async function createPresale(
  { presales }: PresalePorts,
  { author, eventUuid, uuid, presale }: { author: Author; eventUuid: string; uuid: string; presale: PresaleInput },
): Promise<Presale> {
  await mustOrganiseEvent({ presales }, { actor: author.actor, eventUuid, scope: 'manage' });
  const made = await presales.create(author, eventUuid, { ...presale, uuid }, (event) => {
    if (event.isCancelled) throw eventIsCancelled();
    checkWindow(presale, event);
  });
  if (!made) throw eventNotFound();
  return made;
}

/** Returns an event's presales by their beginnings. Throws `event_not_found`. */
export async function listPresales(
  { presales }: PresalePorts,
  { actor, eventUuid }: { actor: Actor; eventUuid: string },
): Promise<Presale[]> {
  await mustOrganiseEvent({ presales }, { actor, eventUuid, scope: 'read' });
  return presales.list(eventUuid);
}

/** Returns a presale. Throws `presale_not_found`. */
export async function findPresale(
  { presales }: PresalePorts,
  { actor, uuid, scope = 'read' }: { actor: Actor; uuid: string; scope?: Scope },
): Promise<Presale> {
  return organised(actor, await presales.find(uuid), scope, presaleNotFound);
}

/**
 * Changes a presale: `check` gets its version before, and `merge` makes its members of those it has. Throws
 * `presale_not_found`, `event_cancelled` and `invalid_request`.
 */
export function changePresale(
  { presales }: PresalePorts,
  request: {
    author: Author;
    uuid: string;
    check: (version: string) => void;
    merge: (presale: PresaleInput) => PresaleInput;
  },
): Promise<Presale> {
  return presales.change(request.author, request.uuid, (found) => {
    const before = organised(request.author.actor, found?.presale, 'manage', presaleNotFound);
    request.check(before.version);
    const after = request.merge(before);
    if (found!.isCancelled && !isSame(before, after)) throw eventIsCancelled();
    const isSameWindow = after.startsAt === before.startsAt && after.endsAt === before.endsAt;
    if (!isSameWindow) checkWindow(after, found!);
    return after;
  });
}

/** Deletes a presale and its codes. Throws `presale_not_found`, and `presale_used` after a reservation by its codes. */
export async function deletePresale(
  { presales }: PresalePorts,
  { author, uuid }: { author: Author; uuid: string },
): Promise<void> {
  await findPresale({ presales }, { actor: author.actor, uuid, scope: 'manage' });
  if (!(await presales.remove(author, uuid))) throw presaleIsUsed();
}

/** Throws `event_not_found` unless the event is of the actor's organiser. */
export async function mustOrganiseEvent(
  { presales }: PresalePorts,
  { actor, eventUuid, scope }: { actor: Actor; eventUuid: string; scope: Scope },
): Promise<void> {
  const event = await presales.organiserOfEvent(eventUuid);
  mustOrganise(actor, event?.organiserUuid, scope, eventNotFound);
}

const isSame = (a: PresaleInput, b: PresaleInput) =>
  a.name === b.name && a.startsAt === b.startsAt && a.endsAt === b.endsAt;

/** Throws `invalid_request` for a window that ends before it begins, or in which everybody may buy. */
function checkWindow({ startsAt, endsAt }: PresaleInput, { onSaleFrom }: GeneralSale): void {
  const [starts, ends] = [Date.parse(startsAt), Date.parse(endsAt)];
  const general = onSaleFrom === null ? Number.POSITIVE_INFINITY : Date.parse(onSaleFrom);
  const then = `the event’s on_sale_from, ${onSaleFrom}: from then on everybody may buy`;
  const issues: Issue[] = [];
  if (ends <= starts) issues.push({ path: 'ends_at', message: 'must be after starts_at' });
  if (starts >= general) issues.push({ path: 'starts_at', message: `must be before ${then}` });
  else if (ends > general) issues.push({ path: 'ends_at', message: `must not be after ${then}` });
  if (issues.length > 0) throw invalidEvent(issues);
}
