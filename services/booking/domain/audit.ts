import type { PaymentProvider } from './payment-provider.ts';

/** Something that must not be: which rule it breaks, of what (a ticket's or an order's uuid), and how. */
export type Finding = { rule: AuditRule; uuid: string; detail: string };

export type AuditRule =
  | 'sold twice'
  | 'booked without a paid order'
  | 'paid without its ticket'
  | 'claimed by an order that has ended'
  | 'order pending for too long'
  | 'refund pending for too long'
  | 'wrong total'
  | 'money does not match'
  | 'money without an order';

/** Port: the books as the database has them, each call in one snapshot. Throws `unavailable`. */
export type Books = {
  /** Every row that breaks a rule of tickets, orders and refunds; `ageMs` is how long something may be pending. */
  broken(ageMs: number): Promise<Finding[]>;
  /**
   * Every order that is not pending, with what the buyer owns of it and what is on its way back, in minor units: that much
   * the provider must have kept.
   */
  owed(): AsyncIterable<{ orderUuid: string; amount: number }[]>;
  /** Of these orders, those that exist and are pending: the provider may know more of them than the database yet. */
  pending(orderUuids: string[]): Promise<string[]>;
};

export type AuditDeps = { books: Books; payments: Pick<PaymentProvider, 'charges'> };

/**
 * Proves the books from the database and the provider; answers what is wrong, nothing when all is well. A sale that goes on
 * meanwhile may look wrong for a moment: see `auditLive`.
 */
export async function audit({ books, payments }: AuditDeps, ageMs: number): Promise<Finding[]> {
  const findings = await books.broken(ageMs);
  const kept = new Map<string, number>();
  for await (const { key, kept: amount } of payments.charges()) if (amount !== 0) kept.set(key, amount);
  for await (const batch of books.owed()) {
    for (const { orderUuid, amount } of batch) {
      const has = kept.get(orderUuid) ?? 0;
      kept.delete(orderUuid);
      if (has === amount) continue;
      findings.push({
        rule: 'money does not match',
        uuid: orderUuid,
        detail: `owed ${amount}, the provider has ${has}`,
      });
    }
  }
  const pending = new Set(await books.pending([...kept.keys()]));
  for (const [uuid, amount] of kept) {
    if (pending.has(uuid)) continue;
    findings.push({ rule: 'money without an order', uuid, detail: `the provider has ${amount}` });
  }
  return findings;
}

/** As `audit` on a live system: what is found must be found again after `pauseMs`. */
export async function auditLive(
  deps: AuditDeps,
  { ageMs, pauseMs, sleep }: { ageMs: number; pauseMs: number; sleep: (ms: number) => Promise<void> },
): Promise<Finding[]> {
  const first = await audit(deps, ageMs);
  if (first.length === 0) return [];
  await sleep(pauseMs);
  const again = new Set((await audit(deps, ageMs)).map(textOf));
  return first.filter((finding) => again.has(textOf(finding)));
}

const textOf = ({ rule, uuid, detail }: Finding) => `${rule} ${uuid} ${detail}`;
