import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';
import type { PaymentProvider, ProviderName } from '../payment/payment-provider.ts';

/** A broken rule: its name, the uuid of the ticket, order, code or rate, and details. */
export type Finding = { rule: AuditRule; uuid: string; detail: string };

export type AuditRule =
  | 'sold twice'
  | 'booked without a paid order'
  | 'paid without its ticket'
  | 'claimed by an order that has ended'
  | 'order pending for too long'
  | 'authorised and not captured for too long'
  | 'refund pending for too long'
  | 'refund failed'
  | 'payment does not fit its order'
  | 'history does not match'
  | 'wrong total'
  | 'money does not match'
  | 'money without an order'
  | 'tickets of a disputed payment'
  | 'kept for a cancelled event'
  | 'refund waits for a dispute that is over'
  | 'lock on a sold ticket'
  | 'price differs from its reservation'
  | 'code used too often'
  | 'rate sold too often';

/** How long an order or refund may be pending, and how much longer an order may wait for its buyer; in milliseconds. */
export type AuditTimes = { ageMs: number; actionMs: number };

/** Port: the books as the database has them, each call in one snapshot. Throws `unavailable`. */
export type Books = {
  /** Returns every row that breaks a rule of tickets, orders, payments and refunds. */
  broken(times: AuditTimes): Promise<Finding[]>;
  /** Returns the events with a sale within this time. */
  lately(withinMs: number): Promise<string[]>;
  /** Returns those of the tickets that were sold at least `ageMs` ago. */
  sold(ticketUuids: string[], ageMs: number): Promise<{ ticketUuid: string; orderUuid: string }[]>;
  /**
   * Returns every order of a provider that is not pending, with the price of the tickets that the buyer owns and the
   * money that is being refunded or is disputed, in minor units: the provider must have kept or hold that much.
   */
  owed(provider: ProviderName): AsyncIterable<Owed[]>;
  /**
   * Returns those of the orders that exist and are pending: the provider may know more of them than the database yet.
   */
  pending(orderUuids: string[]): Promise<string[]>;
};

export type Owed = { orderUuid: string; amount: number; isPaid: boolean; hasDisputedRefund: boolean };

export type AuditDeps = {
  books: Books;
  payments: Pick<PaymentProvider, 'charges' | 'name'>;
  locks: Pick<TicketLocks, 'list'>;
};

/** The longest lifetime of a lock. */
const longestLockMs = 86_400_000;

/**
 * Audits the books of the database and the provider; returns the broken rules. A sale that goes on meanwhile may look
 * wrong for a moment: see `auditLive`.
 */
export async function audit(deps: AuditDeps, times: AuditTimes): Promise<Finding[]> {
  return [...(await deps.books.broken(times)), ...(await auditLocks(deps, times)), ...(await auditMoney(deps))];
}

async function auditLocks({ books, locks }: AuditDeps, { ageMs }: AuditTimes): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const eventUuid of await books.lately(longestLockMs + ageMs)) {
    const locked = await locks.list(eventUuid);
    if (locked.length === 0) continue;
    for (const { ticketUuid, orderUuid } of await books.sold(locked, ageMs)) {
      findings.push({ rule: 'lock on a sold ticket', uuid: ticketUuid, detail: `order ${orderUuid}` });
    }
  }
  return findings;
}

async function auditMoney({ books, payments }: AuditDeps): Promise<Finding[]> {
  const findings: Finding[] = [];
  const kept = new Map<string, number>();
  const disputed = new Set<string>();
  for await (const { key, isDisputed, ...charge } of payments.charges()) {
    if (isDisputed) disputed.add(key);
    const amount = charge.kept + charge.held;
    if (amount !== 0) kept.set(key, (kept.get(key) ?? 0) + amount);
  }
  for await (const batch of books.owed(payments.name)) {
    for (const { orderUuid, amount, isPaid, hasDisputedRefund } of batch) {
      if (hasDisputedRefund && !disputed.has(orderUuid)) {
        findings.push({ rule: 'refund waits for a dispute that is over', uuid: orderUuid, detail: `owed ${amount}` });
      }
      // Its buyer has the money back and the tickets, too, until the order is refunded.
      if (isPaid && disputed.has(orderUuid)) {
        findings.push({
          rule: 'tickets of a disputed payment',
          uuid: orderUuid,
          detail: `${amount} are with the bank`,
        });
      }
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

/** Like `audit`, for a live system: returns only findings that are still there after `pauseMs`. */
export async function auditLive(
  deps: AuditDeps,
  { pauseMs, sleep, ...times }: AuditTimes & { pauseMs: number; sleep: (ms: number) => Promise<void> },
): Promise<Finding[]> {
  const first = await audit(deps, times);
  if (first.length === 0) return [];
  await sleep(pauseMs);
  const again = new Set((await audit(deps, times)).map(textOf));
  return first.filter((finding) => again.has(textOf(finding)));
}

const textOf = ({ rule, uuid, detail }: Finding) => `${rule} ${uuid} ${detail}`;
