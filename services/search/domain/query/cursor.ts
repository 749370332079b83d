import { unknownCursor } from '../../../../shared/errors.ts';
import { type SearchCursor, type SearchSort, searchSorts } from './search-query.ts';

/** Where a list goes on, and as which page of it. */
export type PageCursor = { after: SearchCursor; page: number };

/** In characters; an index names its views at length. */
export const longestCursor = 4000;

/** Writes a cursor as one opaque word for a URL, without what is usual at its end. */
export function writeCursor({ after, page }: PageCursor): string {
  const { sort, key, dateMs, uuid, view, isLoose } = after;
  const rest = isLoose ? [view ?? null, sort ?? null, true] : sort ? [view ?? null, sort] : view ? [view] : [];
  return Buffer.from(JSON.stringify([key, dateMs, uuid, page, ...rest])).toString('base64url');
}

/** Reads a cursor; throws `invalid_request` for a text that `writeCursor` has not written. */
export function readCursor(text: string): PageCursor {
  const parts = parse(text);
  if (Array.isArray(parts) && parts.length >= 4 && parts.length <= 7) {
    const [key, dateMs, uuid, page, view, sort, isLoose] = parts;
    const isView = parts.length === 4 || isViewText(view) || (parts.length >= 6 && view === null);
    const isLast = parts.length < 7 || isLoose === true;
    const isOfSort = (parts.length < 6 || isSort(sort) || (isLoose && sort === null)) && isLast;
    if (Number.isFinite(key) && isDateMs(dateMs) && isUuidText(uuid) && isPage(page) && isView && isOfSort) {
      const rest = { ...(sort && { sort }), ...(view && { view }), ...(isLoose && { isLoose }) };
      return { after: { key, dateMs, uuid, ...rest }, page };
    }
  }
  throw unknownCursor();
}

const isSort = (value: unknown) => value !== 'relevance' && searchSorts.includes(value as SearchSort);
/** Of the years 1 to 9999: no event of another is in an index. */
const isDateMs = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= -62_135_596_800_000 && Number(value) < 253_402_300_800_000;
const isUuidText = (value: unknown) => typeof value === 'string' && value.length > 0 && value.length <= 100;
const isViewText = (value: unknown) => typeof value === 'string' && /^[\w+/=.-]{1,2500}$/.test(value);
const isPage = (value: unknown) => Number.isSafeInteger(value) && Number(value) > 1;

function parse(text: string): unknown {
  if (text.length > longestCursor) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
