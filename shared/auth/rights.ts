import { AppError } from '../errors.ts';
import { type Actor, organiserOf, organises, type Scope } from './actor.ts';

// The checks of the verbs of organisers. Another organiser's thing is as one that does not exist.

/**
 * Throws unless the actor acts for an organiser (null: the platform), with a right that its key must have: `forbidden`
 * for a buyer, and for a key without the right; else the thing's own error, also where there is no thing (undefined).
 */
export function mustOrganise(
  actor: Actor,
  organiserUuid: string | null | undefined,
  scope: Scope,
  notFound: () => AppError,
): void {
  if (actor.is === 'user') throw organisersOnly();
  if (organiserUuid === undefined) throw notFound();
  if (organises(actor, organiserUuid, scope)) return;
  if (actor.is === 'key' && actor.organiserUuid === organiserUuid) throw scopeLacking(scope);
  throw notFound();
}

/** Returns a thing that the actor organises; throws as `mustOrganise`. */
export function organised<T extends { organiserUuid: string | null }>(
  actor: Actor,
  thing: T | undefined,
  scope: Scope,
  notFound: () => AppError,
): T {
  mustOrganise(actor, thing?.organiserUuid, scope, notFound);
  return thing!;
}

/**
 * Returns the organiser for whom the actor makes and lists things; null: the platform. Throws `forbidden` for a buyer,
 * and for a key without the right.
 */
export function actingFor(actor: Actor, scope: Scope): string | null {
  const organiserUuid = organiserOf(actor);
  if (organiserUuid === undefined) throw organisersOnly();
  if (actor.is === 'key' && !actor.scopes.includes(scope)) throw scopeLacking(scope);
  return organiserUuid;
}

/** Throws `forbidden` unless the actor is an administrator, or no tokens are checked. */
export function mustAdminister(actor: Actor): void {
  if (actor.is === 'admin' || actor.is === 'anyone' || actor.is === 'system') return;
  throw new AppError('forbidden', 'This is for administrators: send a token with the scope admin');
}

const organisersOnly = () =>
  new AppError(
    'forbidden',
    'This is for organisers: send an API key, or a token with the claim organiser or the scope organiser',
  );

const scopeLacking = (scope: Scope) =>
  new AppError('forbidden', `The API key lacks the scope ${scope}: use one that has it`);
