import { type Db, relaxed } from '../../../../shared/db/client.ts';
import { inTransaction } from '../../../../shared/db/transaction.ts';
import { PaymentUnanswered } from '../../domain/errors.ts';
import {
  type AmountBounds,
  type Charge,
  checkChargeable,
  type PaymentProvider,
  type PaymentState,
  type RefundRequest,
} from '../../domain/payment/payment-provider.ts';

/** Payment methods that misbehave; every other uuid succeeds. */
export const sandboxMethods = {
  /** The card is declined. */
  declined: '00000000-0000-4000-8000-000000000002',
  /** The money is reserved, but the response never arrives. */
  lostAnswer: '00000000-0000-4000-8000-000000000003',
  /** The request never arrives. */
  lostRequest: '00000000-0000-4000-8000-000000000004',
  /** The buyer must approve the payment. */
  requiresAction: '00000000-0000-4000-8000-000000000005',
} as const;

const batchSize = 5000;

/** Any sum that fits the database and a JavaScript number with room to spare. */
const anyAmount: AmountBounds = { min: 1, max: 10 ** 13, step: 1 };
const bounds = (currency: string) => (/^[A-Z]{3}$/.test(currency) ? anyAmount : undefined);

/** Key prefix of refunds made by hand. */
export const refundByHand = 'hand:';

type Status = 'requires_action' | 'authorised' | 'succeeded' | 'declined' | 'voided';
type Written = { status: Status; amount: number; disputed: boolean };

type NewCharge = { key: string; amount: number; currency: string; status: Status };
type Pass = { key: string; from: Status; to: Status };

/** The books belong to no event: writes are gathered across all. */
const books = 'sandbox';

/** Returns the status of each key in order; undefined for an unknown key. */
function resultsOf(rows: { key: string; status: Status }[], asked: { key: string }[]): (Status | undefined)[] {
  const found = new Map(rows.map(({ key, status }) => [key, status]));
  return asked.map(({ key }) => found.get(key));
}

type Given = { made: number; total: number; before: number };

export type SandboxPayments = PaymentProvider & {
  /** Approves or rejects a payment as the buyer's bank would. Returns false unless the payment waits for its buyer. */
  answer(key: string, approved: boolean): Promise<boolean>;
};

/**
 * A payment provider to try things out with: no money moves, but it keeps books like a real provider, in a table of its
 * own and apart from the order's transactions, so that crashes and retries behave as in production. Where the bank
 * can't be played, a payment that must be approved is declined. Its writes don't wait for the disk: a crash of the
 * server that loses one also loses everything written later, such as a paid order.
 */
export function sandboxPayments({ sql, run, gathered }: Db, { hasBank = true } = {}): SandboxPayments {
  /** The first writer of a key decides; everyone gets the stored row. */
  const write = gathered(
    async (on, charges: NewCharge[]) => {
      const rows = await on<{ key: string; status: Status }[]>`
        with wanted as (
          select * from unnest(${charges.map(({ key }) => key)}::text[], ${charges.map(({ amount }) => amount)}::bigint[],
            ${charges.map(({ currency }) => currency)}::text[], ${charges.map(({ status }) => status)}::text[])
            as w (key, amount, currency, status)
        ), mine as (
          insert into sandbox_charges (key, amount, currency, status)
          select wanted.* from ${relaxed(on)}, wanted order by key
          on conflict (key) do nothing returning key, status
        )
        select key, status from mine
        union all select c.key, c.status from wanted join sandbox_charges c using (key)`;
      return resultsOf(rows, charges);
    },
    { namesOf: ({ key }) => [key] },
  );

  async function record(charge: NewCharge): Promise<Status> {
    for (;;) {
      const status = await write(books, charge);
      // Another process wrote it between the two halves of the statement: it is there now.
      if (status) return status;
    }
  }

  const move = gathered(
    async (on, passes: Pass[]) => {
      const rows = await on<{ key: string; status: Status }[]>`
        update sandbox_charges c set status = wanted.later from ${relaxed(on)}, (
          select * from unnest(${passes.map(({ key }) => key)}::text[], ${passes.map(({ from }) => from)}::text[],
            ${passes.map(({ to }) => to)}::text[]) as w (key, earlier, later) order by key
        ) wanted
        where c.key = wanted.key and c.status = wanted.earlier returning c.key, c.status`;
      return resultsOf(rows, passes);
    },
    { namesOf: ({ key }) => [key] },
  );

  /** Moves a charge from one status to another; returns its status afterwards. */
  const pass = async (key: string, from: Status, to: Status): Promise<Status | undefined> =>
    (await move(books, { key, from, to })) ??
    (await run(() => sql`select status from sandbox_charges where key = ${key}`))[0]?.status;

  const stateOf = (status: Status): PaymentState => {
    if (status === 'declined') return { is: 'declined', reason: 'card_declined' };
    if (status === 'voided') return { is: 'voided' };
    if (status !== 'requires_action') return { is: 'authorised' };
    return { is: 'action', action: { type: 'sandbox' } };
  };

  return {
    name: 'sandbox',
    bounds,

    async authorise({ key, amount, currency, methodUuid }) {
      checkChargeable({ bounds }, { amount, currency });
      if (methodUuid === sandboxMethods.lostRequest) throw new PaymentUnanswered();
      const status = await answered(() => record({ key, amount, currency, status: firstStatus(methodUuid, hasBank) }));
      if (methodUuid === sandboxMethods.lostAnswer) throw new PaymentUnanswered();
      return stateOf(status);
    },

    find: (key) =>
      answered(async () => {
        const [row] = await run(() => sql<Written[]>`select status from sandbox_charges where key = ${key}`);
        return row ? stateOf(row.status) : { is: 'open' };
      }),

    close: (key) =>
      answered(async () => {
        // XXX is ISO 4217's code for no currency: nothing was charged.
        let status = await record({ key, amount: 0, currency: 'XXX', status: 'voided' });
        if (status === 'requires_action') status = (await pass(key, 'requires_action', 'voided'))!;
        const settled = stateOf(status);
        if (settled.is === 'action' || settled.is === 'open') throw new Error(`${key} is still ${settled.is}`);
        return settled;
      }),

    capture: (key) =>
      answered(async () => ((await pass(key, 'authorised', 'succeeded')) === 'succeeded' ? 'captured' : 'gone')),

    refund: ({ key, refundKey, amount, earlier }) =>
      answered(() =>
        run(() =>
          inTransaction(sql, async (tx) => {
            // The charge is locked first: the next statement then sees the refunds of faster callers.
            const [charge] = await tx<Written[]>`
              select amount::float8 as amount, status, disputed from sandbox_charges where key = ${key} for update`;
            if (charge?.status === 'voided') return 'voided';
            if (charge?.status !== 'authorised' && charge?.status !== 'succeeded') return 'nothing';
            const isVoid = charge.status === 'authorised' && amount === charge.amount;
            await tx`update sandbox_charges set status = ${isVoid ? 'voided' : 'succeeded'} where key = ${key}`;
            if (isVoid) return 'voided';
            const { made, due } = await dueOf(tx, { key, refundKey, amount, earlier }, charge.amount);
            if (made > 0 || due <= 0) return 'refunded';
            if (charge.disputed) return 'disputed';
            await tx`insert into sandbox_refunds (key, charge_key, amount) values (${refundKey}, ${key}, ${due})`;
            return 'refunded';
          }),
        ),
      ),

    findRefund: ({ key, refundKey, amount, earlier }) =>
      answered(async () => {
        const [charge] = await run(
          () => sql<Written[]>`
            select amount::float8 as amount, status, disputed from sandbox_charges where key = ${key}`,
        );
        if (charge?.status !== 'succeeded') return { is: 'given' };
        const { made, due } = await run(() => dueOf(sql, { key, refundKey, amount, earlier }, charge.amount));
        return made > 0 || due <= 0 ? { is: 'given' } : { is: 'failed', reason: 'not_in_the_books' };
      }),

    // A key is one payment here, so there can be no second payment with it.
    giveBackStray: async () => false,

    async *charges() {
      for (let after = ''; ; ) {
        const rows = await answered(() =>
          run(
            () => sql<Charge[]>`
              select key, case status when 'succeeded' then amount - coalesce((
                  select sum(amount) from sandbox_refunds r where r.charge_key = c.key), 0) else 0 end::float8 as kept,
                case status when 'authorised' then amount else 0 end::float8 as held, disputed as "isDisputed"
              from sandbox_charges c where status in ('authorised', 'succeeded') and key > ${after}
              order by key limit ${batchSize}`,
          ),
        );
        yield* rows;
        if (rows.length < batchSize) return;
        after = rows.at(-1)!.key;
      }
    },

    answer: (key, approved) =>
      answered(async () => {
        const to = approved ? 'authorised' : 'declined';
        const rows = await run(
          () =>
            sql`update sandbox_charges set status = ${to} where key = ${key} and status = 'requires_action' returning key`,
        );
        return rows.length > 0;
      }),
  };
}

/** How often a refund is in the books, and what is due for it if it is not. */
async function dueOf(on: Db['sql'], { key, refundKey, amount, earlier }: RefundRequest, charged: number) {
  const counted = earlier.map((one) => one.refundKey);
  const [given] = await on<Given[]>`
    select count(*) filter (where key = ${refundKey})::int as made,
      coalesce(sum(amount), 0)::float8 as total,
      coalesce(sum(amount) filter (
        where starts_with(key, ${refundByHand}) or key = any(${counted}::text[])), 0)::float8 as before
    from sandbox_refunds where charge_key = ${key}`;
  const { made, total, before } = given!;
  const owed = earlier.reduce((sum, one) => sum + one.amount, amount) - before;
  return { made, due: Math.min(amount, owed, charged - total) };
}

function firstStatus(methodUuid: string, hasBank: boolean): Status {
  if (methodUuid === sandboxMethods.declined) return 'declined';
  if (methodUuid !== sandboxMethods.requiresAction) return 'authorised';
  return hasBank ? 'requires_action' : 'declined';
}

async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new PaymentUnanswered(error);
  }
}
