import type { Books } from '../books.ts';
import type { Ledger } from '../ledger.ts';

/** A rule of the final state. Returns its breaches, a line each. */
export type Rule = (ledger: Ledger, books: Books) => string[];
