import type { Scope } from '../../../../shared/auth/actor.ts';
import { AppError, type ErrorType } from '../../../../shared/errors.ts';

export const noSuchApiKey = { code: 'api_key_not_found', kind: 'not_found' } as const satisfies ErrorType;

export const apiKeyNotFound = () => new AppError(noSuchApiKey, 'API key not found');

export const scopeNotOwn = (scope: Scope) =>
  new AppError('forbidden', `The API key lacks the scope ${scope}, and can’t give it to another one`);
