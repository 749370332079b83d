import type { Actor } from '../../../../shared/auth/actor.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import type { Ports } from '../ports.ts';
import { operationNotFound } from './errors.ts';
import type { Operation } from './operation.ts';

/** Returns an operation. Throws `operation_not_found`, and `forbidden` for buyers and keys without `manage`. */
export async function findOperation(
  { operations }: Pick<Ports, 'operations'>,
  { actor, uuid }: { actor: Actor; uuid: string },
): Promise<Operation> {
  return organised(actor, await operations.find(uuid), 'manage', operationNotFound);
}
