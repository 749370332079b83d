import { AppError } from '../../../shared/errors.ts';
import type { SearchCursor } from './search-index.ts';

/** Where a list goes on, and as which page of it. */
export type PageCursor = { after: SearchCursor; page: number };

/** One opaque word for a URL. */
export function writeCursor({ after, page }: PageCursor): string {
  return Buffer.from(JSON.stringify([after.score, after.dateMs, after.uuid, page])).toString('base64url');
}

/** Throws `invalid_request` for what `writeCursor` has not written. */
export function readCursor(text: string): PageCursor {
  const parts = parse(text);
  if (Array.isArray(parts) && parts.length === 4) {
    const [score, dateMs, uuid, page] = parts;
    if (Number.isFinite(score) && Number.isSafeInteger(dateMs) && isUuidText(uuid) && isPage(page)) {
      return { after: { score, dateMs, uuid }, page };
    }
  }
  throw new AppError('invalid_request', 'cursor is not one that a search has answered');
}

const isUuidText = (value: unknown) => typeof value === 'string' && value.length > 0 && value.length <= 100;
const isPage = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 1;

function parse(text: string): unknown {
  if (text.length > 500) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
