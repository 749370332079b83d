import type { Books } from '../books.ts';
import type { Ledger } from '../ledger.ts';

/** Something that must hold when all is over. Returns what breaks it, a line each. */
export type Rule = (ledger: Ledger, books: Books) => string[];
