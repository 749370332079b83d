import { createHash, randomInt } from 'node:crypto';
import { normalCode } from '../../../../shared/admission/access-code.ts';
import type { Author } from '../../../../shared/audit/audit-log.ts';
import type { Actor } from '../../../../shared/auth/actor.ts';
import { organised } from '../../../../shared/auth/rights.ts';
import { unknownCursor } from '../../../../shared/errors.ts';
import { eventIsCancelled } from '../event/errors.ts';
import { findPresale } from './change-presale.ts';
import { codeNotFound, codesTaken, presaleNotFound } from './errors.ts';
import type { AccessCode, Presales } from './presales.ts';

type PresalePorts = { presales: Presales };

/** Codes that the organiser has chosen, or how many to make, and of how many characters. */
export type WantedCodes = { codes: string[] } | { count: number; length: number };

/**
 * Adds codes to a presale; repeated with the same uuid, it adds nothing and returns the same. Throws `presale_not_found`,
 * `forbidden`, `event_cancelled`, and `code_taken` with those of the chosen that the presale has.
 */
export async function addCodes(
  { presales }: PresalePorts,
  {
    author,
    presaleUuid,
    uuid,
    wanted,
    maxUses,
  }: { author: Author; presaleUuid: string; uuid: string; wanted: WantedCodes; maxUses: number | null },
): Promise<AccessCode[]> {
  await findPresale({ presales }, { actor: author.actor, uuid: presaleUuid, scope: 'manage' });
  for (;;) {
    const codes = 'codes' in wanted ? wanted.codes.map(normalCode) : makeCodes(wanted);
    const named = codes.map((code, i) => ({ uuid: uuidOfPart(uuid, i), code, maxUses }));
    const result = await presales.addCodes(author, presaleUuid, named);
    if (!result) throw presaleNotFound();
    if (result === 'cancelled') throw eventIsCancelled();
    if ('added' in result) return result.added;
    if ('codes' in wanted) throw codesTaken(result.taken);
  }
}

/** Returns codes of a presale, `after` one of them. Throws `presale_not_found`, `forbidden` and `invalid_request`. */
export async function listCodes(
  { presales }: PresalePorts,
  query: { actor: Actor; presaleUuid: string; after?: string | undefined; limit: number },
): Promise<AccessCode[]> {
  const { actor, presaleUuid, after, limit } = query;
  await findPresale({ presales }, { actor, uuid: presaleUuid });
  if (after !== undefined && (await presales.presaleOfCode(after))?.uuid !== presaleUuid) throw unknownCursor();
  return presales.listCodes({ presaleUuid, after, limit });
}

/** Withdraws a code. Throws `code_not_found` and `forbidden`. */
export async function withdrawCode(
  { presales }: PresalePorts,
  { author, uuid }: { author: Author; uuid: string },
): Promise<void> {
  organised(author.actor, await presales.presaleOfCode(uuid), 'manage', codeNotFound);
  await presales.withdraw(author, uuid);
}

/** Nothing in it looks like something else in it, on paper and on a screen. */
const alphabet = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

/** Returns different codes that nobody can guess. */
function makeCodes({ count, length }: { count: number; length: number }): string[] {
  const codes = new Set<string>();
  while (codes.size < count) {
    codes.add(Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join(''));
  }
  return [...codes];
}

/** The uuid of one of the things that a repeated request must make once (version 8: RFC 9562, section 5.8). */
function uuidOfPart(uuid: string, part: number): string {
  const hex = createHash('sha256').update(`${uuid} ${part}`).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, (_, a, b, c, d, e) => `${a}-${b}-8${c}-8${d}-${e}`);
}
