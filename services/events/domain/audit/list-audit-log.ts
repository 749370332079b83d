import { Buffer } from 'node:buffer';
import type { Actor } from '../../../../shared/auth/actor.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import { type Asked, whoseOf } from '../organiser/whose.ts';
import { type Page, pageOf } from '../page.ts';
import type { Ports } from '../ports.ts';
import type { AuditEntry, AuditFilter } from './audit-entry.ts';

export type AuditRequest = AuditFilter & {
  actor: Actor;
  organiser?: Asked;
  cursor?: string | undefined;
  limit: number;
};

/** Returns the changes of an organiser's things, the newest first. Throws as `whoseOf`. */
export async function listAuditLog(
  { auditLog }: Pick<Ports, 'auditLog'>,
  { actor, organiser, cursor, limit, ...filter }: AuditRequest,
): Promise<Page<AuditEntry>> {
  const whose = whoseOf(actor, organiser, 'read', 'own');
  const before = cursor === undefined ? undefined : decode(cursor);
  const found = await auditLog.list({ ...filter, whose, before, limit: limit + 1 });
  const { items, nextCursor } = pageOf(found, limit, ({ position }) => encode(position));
  return { items: items.map(({ entry }) => entry), nextCursor };
}

const encode = (position: number) => Buffer.from(String(position)).toString('base64url');

function decode(cursor: string): number {
  const text = Buffer.from(cursor, 'base64url').toString();
  if (!/^\d{1,15}$/.test(text)) throw unknownCursor();
  return Number(text);
}
