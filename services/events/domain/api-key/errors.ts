import type { Actor, Scope } from '../../../../shared/auth/actor.ts';
import { AppError, type ErrorType } from '../../../../shared/errors.ts';

export const noSuchApiKey = { code: 'api_key_not_found', kind: 'not_found' } as const satisfies ErrorType;

export const apiKeyNotFound = () => new AppError(noSuchApiKey, 'API key not found');

/** Throws `forbidden` for a key that makes or revokes another one with a right that it lacks itself. */
export function mustHaveScopes(actor: Actor, scopes: Scope[]): void {
  const lacking = actor.is === 'key' ? scopes.find((scope) => !actor.scopes.includes(scope)) : undefined;
  if (lacking === undefined) return;
  const message = `The API key lacks the scope ${lacking}: it makes and revokes only keys whose scopes it has`;
  throw new AppError('forbidden', message);
}
