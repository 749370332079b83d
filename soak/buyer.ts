import type { Random } from '../drizzle/seed/random.ts';
import type { PaymentAction } from '../services/booking/domain/payment-provider.ts';
import { sleep } from '../shared/clock.ts';
import type { Arena } from './arena.ts';
import type { HeldSeats, SeenOrder } from './ledger.ts';
import type { Requests, Wish } from './requests.ts';
import type { Till } from './till.ts';

export type BuyerOptions = { arena: Arena; till: Till; random: Random; requests: Requests; onDoubleClick(): void };

/** Most buyers want the same seats. */
const hotSeats = 300;
/** Who has more gives back before buying again, so that there is always something for sale. */
const enoughOrders = 3;

/** Buys, pays, thinks better of it and gives back, in every way that the service has, until the signal comes. */
export async function buy(
  { arena, till, random, requests, onDoubleClick }: BuyerOptions,
  signal: AbortSignal,
): Promise<void> {
  const chance = (share: number) => random.next() < share;
  const think = () => sleep(random.int(50, 900), signal);
  await sleep(random.int(0, 1000), signal);
  const wallet = await till.wallet(random, requests.register);
  while (!signal.aborted) {
    const orders = chance(0.5) ? await requests.list() : [];
    const paid = orders.filter(({ status }) => status === 'paid');
    if (paid.length >= enoughOrders || (paid.length > 0 && chance(0.4))) await giveBack(random.pick(paid));
    else if (chance(0.35)) await buyOne();
    else await buyTogether();
    await think();
  }

  async function buyOne(): Promise<void> {
    const ticket = arena.seats[seatIndex()]!.uuid;
    const held = await requests.reserve(ticket);
    await think();
    if (held?.status !== 200 || chance(0.1)) return;
    const first = wallet.any();
    const answer = await click(() => requests.confirm(ticket, first));
    if (answer?.code === 'payment_requires_action') {
      await decide(JSON.parse(answer.text));
      await requests.confirm(ticket, first);
    } else if (answer?.status === 402 && chance(0.8)) await requests.confirm(ticket, wallet.good());
  }

  async function buyTogether(): Promise<void> {
    const held = await requests.hold(wish());
    if (!held) return;
    await think();
    if (chance(0.25)) await requests.seeHeld(held);
    if (chance(0.2)) await click(() => requests.extend(held));
    if (chance(0.1)) return;
    if (chance(0.1)) await click(() => requests.release(held));
    // Now and then what was just given back, too.
    else if (chance(0.98)) await order(held);
    if (chance(0.02)) await order(held);
  }

  async function order(held: HeldSeats): Promise<void> {
    const method = wallet.any();
    const answer = await keyedClick((key) => requests.order(key, held, method));
    if (answer?.status === 201 && chance(0.3)) await requests.seeOrder(uuidOf(answer));
    if (answer?.status === 202) {
      await think();
      await decide(JSON.parse(answer.text));
      await requests.seeOrder(uuidOf(answer));
    }
    if (answer?.status !== 402) return;
    if (chance(0.8)) await requests.order(random.uuid(), held, wallet.good());
    else await requests.release(held);
  }

  /** Says yes or no to the bank that asks, or closes the page. */
  async function decide({ action }: { action: PaymentAction | null }): Promise<void> {
    if (!action || chance(0.2)) return;
    const approved = chance(0.8);
    if (action.type === 'sandbox') await requests.approve(action.approval_url, approved);
    else till.approve?.(action, approved);
  }

  async function giveBack(bought: SeenOrder): Promise<void> {
    const owned = bought.tickets.filter(({ refunded }) => !refunded).map(({ uuid }) => uuid);
    const some = owned.filter(() => chance(0.5));
    const tickets = some.length > 0 && chance(0.5) ? some : undefined;
    await keyedClick((key) => requests.refund(key, bought, tickets));
  }

  /** Clicks, or double-clicks: both at a time. */
  async function click<T>(make: () => Promise<T>): Promise<T> {
    if (!chance(0.2)) return make();
    onDoubleClick();
    const [answer] = await Promise.all([make(), make()]);
    return answer;
  }

  /** A double click has the key of the first, or a page that was loaded twice has one of its own. */
  function keyedClick<T>(make: (key: string) => Promise<T>): Promise<T> {
    const key = random.uuid();
    const isOneKey = chance(0.7);
    return click(() => make(isOneKey ? key : random.uuid()));
  }

  function seatIndex(): number {
    return random.int(0, (chance(0.6) ? hotSeats : arena.seats.length) - 1);
  }

  function wish(): Wish {
    const quantity = random.int(1, 4);
    if (chance(0.5)) {
      const section = chance(0.5) ? { section: random.pick(arena.sections) } : {};
      return { event_uuid: arena.event, quantity, ...section };
    }
    const first = Math.min(seatIndex(), arena.seats.length - quantity);
    return { ticket_uuids: arena.seats.slice(first, first + quantity).map(({ uuid }) => uuid) };
  }
}

const uuidOf = ({ text }: { text: string }) => (JSON.parse(text) as SeenOrder).uuid;
