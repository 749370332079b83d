import type { BlockList } from 'node:net';
import type { Context } from 'hono';
import type { Author } from '../audit/audit-log.ts';
import { actorOf } from '../auth/actor.ts';
import { clientAddress } from './client-address.ts';
import type { Env } from './env.ts';

/** Returns the author of a request's changes, for the audit log. */
export type AuthorOf = (c: Context<Env>) => Author;

/** Returns a function that finds the author of a request: its caller, and the address behind the trusted proxies. */
export function authorOf(proxies: BlockList | undefined): AuthorOf {
  const addressOf = clientAddress(proxies);
  return (c) => ({ actor: actorOf(c.get('caller')), address: addressOf(c) });
}
