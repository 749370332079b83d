import type { Books } from './books.ts';
import type { Ledger } from './ledger.ts';
import { answerRules } from './rules/answers.ts';
import { holdRules } from './rules/holds.ts';
import { matineeRules } from './rules/matinee.ts';
import { moneyRules } from './rules/money.ts';
import { orderRules } from './rules/orders.ts';
import { organiserRules } from './rules/organiser.ts';
import { refundRules } from './rules/refunds.ts';
import type { Rule } from './rules/rule.ts';
import { showRules } from './rules/shows.ts';

export const rules: Record<string, Rule> = {
  ...orderRules,
  ...holdRules,
  ...organiserRules,
  ...matineeRules,
  ...showRules,
  ...refundRules,
  ...moneyRules,
  ...answerRules,
};

/** Checks the database and the provider against the responses to buyers. Every rule has its entry; empty is sound. */
export const judge = (ledger: Ledger, books: Books): { rule: string; findings: string[] }[] =>
  Object.entries(rules).map(([rule, check]) => ({ rule, findings: check(ledger, books) }));
