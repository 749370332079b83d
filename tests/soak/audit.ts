import type { BookedOrder, Books } from './books.ts';
import type { Ledger } from './ledger.ts';

/**
 * Returns the wrong and the missing findings of `booking audit`: it must name exactly the orders whose money was
 * refunded by hand, or is disputed, while the buyer has the tickets.
 */
export function strangeFindings(said: string, ledger: Pick<Ledger, 'byHand'>, books: Books): string[] {
  const found = new Map(
    [...said.matchAll(/^(.+?): ([0-9a-f-]{36}): .*$/gm)].map(([line, rule, uuid]) => [`${rule} ${uuid}`, line]),
  );
  if (said && found.size === 0) return [said];
  const due = new Set(books.orders.flatMap((order) => dueOf(order, ledger, books)));
  return [
    ...[...found].filter(([key]) => !due.has(key)).map(([, line]) => line),
    ...[...due].filter((key) => !found.has(key)).map((key) => `it does not say: ${key}`),
  ];
}

function dueOf(order: BookedOrder, { byHand }: Pick<Ledger, 'byHand'>, { refunds, kept }: Books): string[] {
  const { uuid, status, payment, lines } = order;
  const isBanks = ['open', 'lost'].includes(byHand.disputes.get(uuid) ?? '');
  const owned = status === 'paid' ? sum(lines.filter(({ refund }) => refund === null).map(({ price }) => price)) : 0;
  const unpaid = refunds.filter((one) => one.order === uuid && one.status !== 'succeeded');
  const isShort = payment === 'succeeded' && owned + sum(unpaid.map(({ amount }) => amount)) !== (kept.get(uuid) ?? 0);
  return [
    ...(isBanks && status === 'paid' ? [`tickets of a disputed payment ${uuid}`] : []),
    ...(byHand.refunds.has(uuid) && isShort ? [`money does not match ${uuid}`] : []),
  ];
}

const sum = (amounts: number[]) => amounts.reduce((all, one) => all + one, 0);
