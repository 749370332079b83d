import type { Random } from '../../drizzle/seed/random.ts';
import { sleep } from '../../shared/async/clock.ts';
import { type Db, sqlState } from '../../shared/db/client.ts';
import { AppError } from '../../shared/errors.ts';
import type { Arena } from './arena.ts';
import { entry, isDone, type Ledger } from './ledger.ts';

/** SQLSTATE: the ticket is in an order that has bought it, or is buying it. */
const foreignKeyViolation = '23503';
const pauseMs = 60;
const longestAbsenceMs = 900;
const priceSteps = { least: -400, most: 400 };
const lowestPrice = 100;
/** The number of recent reservations, and of recent orders, to choose from. */
const lately = 40;

/**
 * By plain SQL, changes prices, deletes tickets and imports their seats again, with the same uuid or a new one, until
 * the signal comes; mostly held ones. Resolves when every seat is there again.
 */
export async function organise(
  { arena, db, ledger, random }: { arena: Arena; db: Db; ledger: Ledger; random: Random },
  signal: AbortSignal,
): Promise<void> {
  const { prices, gone, refused, failures } = ledger.organiser;
  const absent = new Map<number, Promise<void>>();
  for (const { uuid, price } of [...arena.seats, ...arena.matinee.seats]) {
    prices.set(uuid, [{ price, from: 0, until: Number.POSITIVE_INFINITY }]);
  }
  while (!signal.aborted) {
    await sleep(random.int(pauseMs / 2, pauseMs * 2), signal);
    if (signal.aborted) break;
    const index = pick();
    if (absent.has(index)) continue;
    if (random.next() < 0.6) await reprice(index);
    else if (await remove(index)) {
      absent.set(
        index,
        bringBack(index).finally(() => absent.delete(index)),
      );
    }
  }
  await Promise.all(absent.values());

  /** A place in the arena. */
  function pick(): number {
    const held = [...ledger.reservations.values()].slice(-lately).flatMap(({ tickets }) => tickets);
    const asked = [...ledger.holds.values()].flatMap((all) => all.at(-1)?.tickets ?? []);
    const sold = [...ledger.orders.values()].filter(({ told }) => told.some(isDone)).slice(-lately);
    const wanted = random.pick([
      held.map(({ uuid }) => uuid),
      asked,
      sold.flatMap(({ reservation }) => ledger.reservations.get(reservation)!.tickets.map(({ uuid }) => uuid)),
    ]);
    const uuid = wanted.length > 0 && random.next() < 0.8 ? random.pick(wanted) : undefined;
    const index = arena.seats.findIndex((seat) => seat.uuid === uuid);
    return index >= 0 ? index : random.int(0, arena.seats.length - 1);
  }

  async function reprice(index: number): Promise<void> {
    const seat = arena.seats[index]!;
    const price = Math.max(lowestPrice, seat.price + random.int(priceSteps.least, priceSteps.most));
    note(seat.uuid, price);
    await insist(() => db.sql`update tickets set price = ${price} where uuid = ${seat.uuid}`);
    settle(seat.uuid);
    seat.price = price;
    ledger.organiser.repriced++;
  }

  /** Returns whether the ticket may be deleted. */
  async function remove(index: number): Promise<boolean> {
    const ticket = arena.seats[index]!.uuid;
    const asked = Date.now();
    try {
      const rows = await db.run(() => db.sql`delete from tickets where uuid = ${ticket} returning id`);
      if (rows.length > 0) gone.push({ ticket, asked, gone: Date.now(), ...notBack });
      return rows.length > 0;
    } catch (error) {
      if (sqlState(error) === foreignKeyViolation) refused.push({ ticket, at: Date.now() });
      else if (error instanceof AppError) {
        // Perhaps it was deleted, and perhaps not: nothing is sure until it is imported.
        gone.push({ ticket, asked, gone: Number.POSITIVE_INFINITY, ...notBack });
        return true;
      } else failures.push(`delete: ${error}`);
      return false;
    }
  }

  async function bringBack(index: number): Promise<void> {
    const seat = arena.seats[index]!;
    const absence = gone.findLast(({ ticket }) => ticket === seat.uuid)!;
    await sleep(random.int(0, longestAbsenceMs), signal);
    const isSame = random.next() < 0.6;
    const uuid = isSame ? seat.uuid : random.uuid();
    const price = Math.max(lowestPrice, seat.price + random.int(priceSteps.least, priceSteps.most));
    if (isSame) absence.back = Date.now();
    note(uuid, price);
    await insist(
      () => db.sql`
        insert into tickets (uuid, event_id, seat, price)
        select ${uuid}, id, ${seat.name}, ${price} from events where uuid = ${arena.event} on conflict do nothing`,
    );
    // Without the deletion the seat is unchanged.
    const [now] = await insist(
      () => db.sql<{ uuid: string; price: number }[]>`
        select t.uuid, t.price::float8 as price from tickets t join events e on e.id = t.event_id
        where e.uuid = ${arena.event} and t.seat = ${seat.name}`,
    );
    if (!now) return;
    if (now.uuid === absence.ticket) Object.assign(absence, { done: Date.now() });
    if (now.price === price) settle(now.uuid);
    Object.assign(seat, now);
  }

  function note(ticket: string, price: number): void {
    entry(prices, ticket, () => []).push({ price, from: Date.now(), until: Number.POSITIVE_INFINITY });
  }

  /** Only the newest price is valid. */
  function settle(ticket: string): void {
    const all = prices.get(ticket)!;
    const until = Date.now();
    for (const one of all.slice(0, -1)) one.until = Math.min(one.until, until);
  }

  /** Retries until it is done: each of these may be done twice. */
  async function insist<T>(work: () => PromiseLike<T[]>): Promise<T[]> {
    for (;;) {
      try {
        return await db.run(work);
      } catch (error) {
        if (!(error instanceof AppError)) {
          failures.push(String(error));
          return [];
        }
        await sleep(100);
      }
    }
  }
}

const notBack = { back: Number.POSITIVE_INFINITY, done: Number.POSITIVE_INFINITY };
