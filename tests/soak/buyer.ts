import type { Random } from '../../drizzle/seed/random.ts';
import type { ActionJson } from '../../services/booking/http/payment-responses.ts';
import { sleep } from '../../shared/async/clock.ts';
import type { Arena, Hall } from './arena.ts';
import type { HeldSeats, Ledger, SeenOrder } from './ledger.ts';
import type { PaymentRig } from './payment-rig.ts';
import { type Requests, saidBy, type Wish } from './requests.ts';
import { holdMs } from './settings.ts';

export type BuyerOptions = {
  arena: Arena;
  paymentRig: PaymentRig;
  random: Random;
  requests: Requests;
  user: string;
  ledger: Pick<Ledger, 'holds' | 'twins' | 'byHand'>;
  onDoubleClick(): void;
};

/** Most buyers want the same seats. */
const hotSeats = 300;
/** A buyer with more seats gives some back before buying again, so that there are always seats for sale. */
const enoughOrders = 3;
/** The share of purchases of the matinee, and of those after it of the show that is on sale. */
const matineeShare = 0.12;
const showShare = 0.25;

/** Buys, pays, releases and refunds, in every way that the service has, until the signal comes. */
export async function buy(
  { arena, paymentRig, random, requests, user, ledger, onDoubleClick }: BuyerOptions,
  signal: AbortSignal,
): Promise<void> {
  const chance = (share: number) => random.next() < share;
  const think = () => sleep(random.int(50, 900), signal);
  await sleep(random.int(0, 1000), signal);
  const wallet = await paymentRig.wallet(random, requests.register);
  while (!signal.aborted) {
    const orders = chance(0.5) ? await requests.list() : [];
    const paid = orders.filter(({ status }) => status === 'paid');
    if (paid.length >= enoughOrders || (paid.length > 0 && chance(0.4))) await giveBack(anyOf(paid));
    else if (chance(0.35)) await buyOne();
    else await buyTogether();
    await think();
  }

  async function buyOne(): Promise<void> {
    const hall = anyHall();
    const ticket = hall.seats[seatIndex(hall)]!.uuid;
    const isFirst = !mayHold(ticket);
    const from = Date.now();
    const first = wallet.any();
    const confirm = (said: string[]) => async () => {
      const answer = await requests.confirm(ticket, first);
      said.push(saidBy(answer));
      return answer;
    };
    if (chance(0.1)) return inTwoTabs();
    const held = await click(() => requests.reserve(ticket));
    await think();
    if (held?.status !== 200 || chance(0.1)) return;
    const said: string[] = [];
    const answer = await click(confirm(said));
    noteTwins(said);
    if (answer?.code === 'payment_requires_action') {
      await decide(JSON.parse(answer.text));
      await requests.confirm(ticket, first);
    } else if (answer?.status === 402 && chance(0.8)) await requests.confirm(ticket, wallet.good());

    /** Each tab holds the ticket, and buys it at once. */
    async function inTwoTabs(): Promise<void> {
      onDoubleClick();
      const said: string[] = [];
      const tab = async () => (await requests.reserve(ticket))?.status === 200 && (await confirm(said)());
      await Promise.all([tab(), tab()]);
      noteTwins(said);
    }

    function noteTwins(said: string[]): void {
      if (!isFirst || said.length < 2) return;
      ledger.twins.push({ user, tickets: [ticket], from, until: Date.now(), end: from + holdMs, said });
    }
  }

  /** Returns whether an earlier request of this user may have held a ticket: then the hold ends sooner. */
  function mayHold(ticket: string): boolean {
    const before = ledger.holds.get(user) ?? [];
    return before.some((one) => one.tickets?.includes(ticket) ?? (one.isLost || !one.said.startsWith('4')));
  }

  async function buyTogether(): Promise<void> {
    const held = await requests.hold(wish(anyHall()));
    if (!held) return;
    await think();
    if (chance(0.25)) await requests.seeHeld(held);
    if (chance(0.2)) await click(() => requests.extend(held));
    if (chance(0.1)) return;
    if (chance(0.15)) await click(() => requests.release(held));
    // Now and then seats that were just given back, too.
    else if (chance(0.98)) await order(held);
    if (chance(0.02)) await order(held);
  }

  async function order(held: HeldSeats): Promise<void> {
    const method = wallet.any();
    const key = random.uuid();
    const isReleased = chance(0.1);
    const said: string[] = [];
    const buying = keyedClick(key, async (each) => {
      const answer = await requests.order(each, held, method);
      said.push(saidBy(answer));
      return answer;
    });
    if (isReleased) await releaseSoon(held);
    const answer = await buying;
    if (said.length > 1) {
      const tickets = held.tickets.map(({ uuid }) => uuid);
      const [from, until, end] = [held.asked, Date.now(), Date.parse(held.expires_at)];
      ledger.twins.push({ user, tickets, reservation: held.uuid, from, until, end, said });
    }
    if (answer?.status === 201 && chance(0.3)) await requests.seeOrder(uuidOf(answer));
    if (answer?.status === 202) {
      await think();
      if (chance(0.25)) await Promise.all([decide(JSON.parse(answer.text)), requests.release(held)]);
      else await decide(JSON.parse(answer.text));
      await (chance(0.5) ? requests.order(key, held, method) : requests.seeOrder(uuidOf(answer)));
    }
    if (answer?.status !== 402) return;
    if (chance(0.8)) await requests.order(random.uuid(), held, wallet.good());
    else await requests.release(held);
  }

  /** Beside the other requests about it. */
  async function releaseSoon(held: HeldSeats): Promise<void> {
    await sleep(random.int(0, 40));
    await requests.release(held);
  }

  /** Approves or rejects at the bank, or closes the page. */
  async function decide({ action }: { action: ActionJson | null }): Promise<void> {
    if (!action || chance(0.2)) return;
    const approved = chance(0.8);
    if (action.type === 'sandbox') await requests.approve(action.approval_url, approved);
    else paymentRig.approve?.(action, approved);
  }

  function isByHand({ uuid }: SeenOrder): boolean {
    return ledger.byHand.refunds.has(uuid);
  }

  /** Often one with a refund by hand. */
  function anyOf(paid: SeenOrder[]): SeenOrder {
    const byHand = paid.filter(isByHand);
    return random.pick(byHand.length > 0 && chance(0.7) ? byHand : paid);
  }

  async function giveBack(bought: SeenOrder): Promise<void> {
    const owned = bought.tickets.filter(({ refunded }) => !refunded).map(({ uuid }) => uuid);
    const some = owned.filter(() => chance(0.5));
    const tickets = some.length > 0 && chance(isByHand(bought) ? 0.9 : 0.5) ? some : undefined;
    await keyedClick(random.uuid(), (key) => requests.refund(key, bought, tickets));
  }

  /** Clicks, or double-clicks: both at a time. */
  async function click<T>(make: () => Promise<T>): Promise<T> {
    if (!chance(0.2)) return make();
    onDoubleClick();
    const [answer] = await Promise.all([make(), make()]);
    return answer;
  }

  /** A double click has the same key, a page that was loaded twice its own. */
  function keyedClick<T>(key: string, make: (key: string) => Promise<T>): Promise<T> {
    const isOneKey = chance(0.7);
    let isSecond = false;
    return click(() => {
      const isOther = isSecond && !isOneKey;
      isSecond = true;
      return make(isOther ? random.uuid() : key);
    });
  }

  function anyHall(): Hall {
    if (chance(matineeShare)) return arena.matinee;
    return arena.show && chance(showShare) ? arena.show : arena;
  }

  function seatIndex({ seats }: Hall): number {
    return random.int(0, Math.min(chance(0.6) ? hotSeats : seats.length, seats.length) - 1);
  }

  function wish(hall: Hall): Wish {
    const { event, sections, seats } = hall;
    const quantity = random.int(1, 4);
    if (chance(0.5)) {
      const section = sections.length > 0 && chance(0.5) ? { section: random.pick(sections) } : {};
      return { event_uuid: event, quantity, ...section, ...rights(hall, quantity) };
    }
    const first = Math.min(seatIndex(hall), seats.length - quantity);
    const ticket_uuids = seats.slice(first, first + quantity).map(({ uuid }) => uuid);
    return { ticket_uuids, ...rights(hall, quantity) };
  }

  /** The code and the rates by which seats of a show are asked for. */
  function rights(hall: Hall, quantity: number): Pick<Wish, 'access_code' | 'rate_uuids'> {
    if (hall !== arena.show) return {};
    const { code, opensAt, rate } = arena.show;
    return {
      ...(Date.now() < opensAt && chance(0.8) && { access_code: code }),
      ...(chance(0.4) && { rate_uuids: Array.from({ length: quantity }, () => (chance(0.6) ? rate : null)) }),
    };
  }
}

const uuidOf = ({ text }: { text: string }) => (JSON.parse(text) as SeenOrder).uuid;
