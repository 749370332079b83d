import { sleep } from '../../shared/async/clock.ts';
import { eachLimit } from '../../shared/async/each-limit.ts';
import type { Arena } from './arena.ts';
import type { Ledger, SeenOrder } from './ledger.ts';
import { createRequests, saidBy } from './requests.ts';
import { heldMs } from './rules/holds.ts';
import type { SettleDeps } from './settle.ts';

const maxOrders = 40;
const atOnce = 4;

/**
 * When the faults are over: buyers give orders back, wholly or in part, and strangers request the seats at once, one of
 * them by the original's endpoint and the others together. There are no other buyers then.
 */
export async function giveBackQuietly({ api, ledger, random }: SettleDeps, { matinee }: Arena): Promise<void> {
  // Those of a show may not be anybody's at once.
  const isOther = new Set([
    ...matinee.seats.map(({ uuid }) => uuid),
    ...ledger.shows.flatMap(({ tickets }) => tickets),
  ]);
  const bought = [...ledger.lists].flatMap(([user, orders]) =>
    orders
      .filter(({ status, tickets }) => status === 'paid' && !tickets.some(({ uuid }) => isOther.has(uuid)))
      .map((order, age) => ({ user, order, age, isTouched: ledger.byHand.refunds.has(order.uuid) })),
  );
  // The newest of each buyer, as older ones are surely unlocked; before them those with refunds by hand.
  const [touched, untouched] = [bought.filter((one) => one.isTouched), bought.filter((one) => !one.isTouched)];
  const chosen = [...touched, ...untouched.filter(({ age }) => age === 0)].slice(0, maxOrders);
  await eachLimit(chosen, atOnce, async ({ user, order, isTouched }) => {
    const owned = order.tickets.filter(({ refunded }) => !refunded).map(({ uuid }) => uuid);
    const isPart = isTouched || random.next() < 0.3;
    await giveBack(user, order, isPart ? owned.slice(0, 1) : owned);
  });

  async function giveBack(user: string, order: SeenOrder, tickets: string[]): Promise<void> {
    const from = Date.now();
    const refunded = await createRequests(api, ledger, random, user).refund(random.uuid(), order, tickets);
    if (refunded?.status !== 201 && refunded?.status !== 202) return;
    const note = (ticket: string, stranger: string, said: string) =>
      ledger.quiet.push({ ticket, user: stranger, said, span: { from, until: Date.now() } });
    const [first, ...others] = tickets as [string, ...string[]];
    const stranger = random.uuid();
    note(first, stranger, saidBy(await createRequests(api, ledger, random, stranger).reserve(first)));
    if (others.length === 0) return;
    const second = random.uuid();
    const requests = createRequests(api, ledger, random, second);
    const reservation = await requests.hold({ ticket_uuids: others });
    for (const ticket of others) note(ticket, second, ledger.holds.get(second)!.at(-1)!.said);
    if (reservation) await requests.release(reservation);
  }
}

/** Waits until the last hold without a payment has ended. */
export function holdsEnded({ holds }: Ledger): Promise<void> {
  const last = Math.max(0, ...[...holds.values()].map((asked) => asked.at(-1)?.until ?? 0));
  return sleep(Math.max(0, last + heldMs - Date.now()));
}
