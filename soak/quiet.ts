import { inParallel } from '../shared/in-parallel.ts';
import type { Arena } from './arena.ts';
import type { SeenOrder } from './ledger.ts';
import { createRequests, saidBy } from './requests.ts';
import type { SettleDeps } from './settle.ts';

const mostOrders = 40;
const atOnce = 4;

/**
 * When the storm is over: buyers give orders back, and strangers ask at once for the seats, one of them by the original's
 * endpoint and the others together. Nobody else wants them then.
 */
export async function giveBackQuietly({ api, ledger, random }: SettleDeps, { matinee }: Arena): Promise<void> {
  const begun = new Set(matinee.seats.map(({ uuid }) => uuid));
  const isOwned = ({ refunded }: SeenOrder['tickets'][number]) => !refunded;
  // The newest of each buyer, for what has stood longest is surely unlocked.
  const bought = [...ledger.lists].flatMap(([user, orders]) =>
    orders
      .filter(({ status, tickets }) => status === 'paid' && !tickets.some(({ uuid }) => begun.has(uuid)))
      .slice(0, 1)
      .map((order) => ({ user, order })),
  );
  await inParallel(bought.slice(0, mostOrders), atOnce, async ({ user, order }) => {
    const from = Date.now();
    const refunded = await createRequests(api, ledger, random, user).refund(random.uuid(), order, undefined);
    if (refunded?.status !== 201 && refunded?.status !== 202) return;
    const [first, ...others] = order.tickets.filter(isOwned).map(({ uuid }) => uuid);
    const note = (ticket: string, stranger: string, said: string) =>
      ledger.quiet.push({ ticket, user: stranger, said, span: { from, until: Date.now() } });
    const stranger = random.uuid();
    const held = await createRequests(api, ledger, random, stranger).reserve(first!);
    note(first!, stranger, saidBy(held));
    if (others.length === 0) return;
    const second = random.uuid();
    const requests = createRequests(api, ledger, random, second);
    const reservation = await requests.hold({ ticket_uuids: others });
    for (const ticket of others) note(ticket, second, ledger.holds.get(second)!.at(-1)!.said);
    if (reservation) await requests.release(reservation);
  });
}
