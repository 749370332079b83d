// Checks the platform's responses during `onsale`: no seat sold twice, and every 200 has its seat.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { runOnce, UsageError } from '../../shared/process/lifecycle.ts';
import { addressesFrom } from './shared/addresses.ts';
import { parseRecord, type Sale, type SaleRecord } from './shared/record.ts';

export type Seat = { uuid: string; status: 'available' | 'reserved' | 'booked' };

/** The responses to a payment that is repeated after the sale: by its buyer, and by a stranger. */
export type Repeated = { sale: Sale; buyer: number; stranger: number };

/** The state of the platform after the sale. */
export type Afterwards = { seats: Seat[]; repeated: Repeated[] };

/** `faults` has a sentence for each fault; empty: every seat and every 200 are in order. */
export type Verdict = { seats: number; sold: number; soldTwice: number; faults: string[] };

/**
 * Compares the responses to buyers with the state of the platform afterwards. `counted` is the number of sales that k6
 * itself has counted. Nobody else may have bought seats of the event meanwhile.
 */
export function judge(record: SaleRecord, { seats, repeated }: Afterwards, counted?: number): Verdict {
  const buyers = usersOf(record.sales);
  const shared = [...buyers].filter(([, users]) => users.size > 1);
  return {
    seats: record.offer?.seats.length ?? 0,
    sold: buyers.size,
    soldTwice: shared.length,
    faults: [
      ...incomplete(record, counted),
      ...shared.map(([ticket, users]) => `seat ${ticket} was sold to ${some(users)}`),
      ...unreserved(record),
      ...withoutSeat(record, seats),
      ...withoutBuyer(record, seats),
      ...notStanding(record.sales, repeated),
    ],
  };
}

/** A record that lacks sales would hide what is wrong with them. */
function incomplete({ sales, broken }: SaleRecord, counted = sales.length): string[] {
  const faults = [];
  if (broken > 0) faults.push(`${broken} lines of the record can't be read: sales may be missing from it`);
  if (sales.length === 0) faults.push('nothing was sold, so nothing is shown');
  if (counted !== sales.length) faults.push(`k6 counted ${counted} sales, but the record has ${sales.length}`);
  return faults;
}

/** A seat is held by one user at a time, for longer than a sale lasts here, and nobody else can buy it. */
function unreserved({ holds, sales, offer }: SaleRecord): string[] {
  const holders = usersOf(holds);
  return [
    ...[...holders]
      .filter(([, users]) => users.size > 1)
      .map(([ticket, users]) => `seat ${ticket} was held by ${some(users)} at a time`),
    ...sales
      .filter(({ ticket, user }) => !holders.get(ticket)?.has(user))
      .map(({ ticket, user }) => `seat ${ticket} was sold to ${user}, who did not hold it`),
    ...[...holders.keys()]
      .filter((ticket) => !offer?.seats.includes(ticket))
      .map((ticket) => `seat ${ticket} was held, but was not on offer`),
  ];
}

/** Every 200 has its seat: booked after a payment, else reserved. */
function withoutSeat({ holds, sales, offer }: SaleRecord, seats: Seat[]): string[] {
  const statusOf = new Map(seats.map(({ uuid, status }) => [uuid, status]));
  const sold = new Set(sales.map(({ ticket }) => ticket));
  const shown = (ticket: string) => statusOf.get(ticket) ?? 'missing';
  return [
    ...[...sold]
      .filter((ticket) => shown(ticket) !== 'booked')
      .map((ticket) => `seat ${ticket} was sold, but is ${shown(ticket)}`),
    ...holds
      .filter(({ ticket }) => !sold.has(ticket) && shown(ticket) !== 'reserved')
      .map(({ ticket }) => `seat ${ticket} was reserved, but is ${shown(ticket)}`),
    ...(offer?.booked ?? [])
      .filter((ticket) => shown(ticket) !== 'booked')
      .map((ticket) => `seat ${ticket} was booked before the sale, but is ${shown(ticket)}`),
  ];
}

/** Every newly booked seat has its 200, and their numbers are equal. */
function withoutBuyer({ sales, offer }: SaleRecord, seats: Seat[]): string[] {
  const before = new Set(offer?.booked);
  const sold = new Set(sales.map(({ ticket }) => ticket));
  const booked = seats.filter(({ uuid, status }) => status === 'booked' && !before.has(uuid));
  const faults = booked
    .filter(({ uuid }) => !sold.has(uuid))
    .map(({ uuid }) => `seat ${uuid} is booked, but nobody was told that they bought it`);
  if (booked.length !== sales.length) faults.push(`${sales.length} sales, but ${booked.length} seats became booked`);
  return faults;
}

/** A sale is sound when its buyer's repeated payment gets the same response, and a stranger's is refused. */
function notStanding(sales: Sale[], repeated: Repeated[]): string[] {
  const asked = new Set(repeated.map(({ sale }) => sale));
  return [
    ...sales.filter((sale) => !asked.has(sale)).map(({ ticket }) => `seat ${ticket}: its payment was not repeated`),
    ...repeated
      .filter(({ buyer }) => buyer !== 200)
      .map(({ sale, buyer }) => `seat ${sale.ticket}: its buyer ${sale.user} pays again and is answered ${buyer}`),
    ...repeated
      .filter(({ stranger }) => stranger !== 409)
      .map(({ sale, stranger }) => `seat ${sale.ticket}: a stranger pays for it and is answered ${stranger}`),
  ];
}

function usersOf(entries: { ticket: string; user: string }[]): Map<string, Set<string>> {
  const users = new Map<string, Set<string>>();
  for (const { ticket, user } of entries) users.set(ticket, (users.get(ticket) ?? new Set()).add(user));
  return users;
}

const some = (users: Set<string>) => {
  const [first, second, ...more] = users;
  return `${first} and ${second}${more.length > 0 ? ` and ${more.length} more` : ''}`;
};

/** Prints the faults, and of very many the first. */
export function tellFaults(faults: string[], most = 20): void {
  for (const fault of faults.slice(0, most)) console.log(`FAILED ${fault}`);
  if (faults.length > most) console.log(`FAILED and ${faults.length - most} faults more`);
}

/**
 * Reads the state of all recorded sales from the platform, and judges it. The requests change nothing in a sound sale.
 */
export async function checkSales(text: string, env: NodeJS.ProcessEnv, counted?: number): Promise<Verdict> {
  const record = parseRecord(text);
  if (!record.offer) throw new UsageError('The record names no event: did the sale begin at all?');
  const { events, booking } = addressesFrom(env);

  const page = await ask(`${events}/api/v1/management/events/${record.offer.event}`);
  if (page.status !== 200) throw new UsageError(`${page.url} answers ${page.status}: the sale can't be checked`);
  const { tickets } = (await page.json()) as { tickets: Seat[] };

  const pay = async ({ ticket, method }: Sale, user: string) => {
    const body = JSON.stringify({ ticket_uuid: ticket, user_uuid: user, payment_method_uuid: method });
    const headers = { 'Content-Type': 'application/json' };
    const url = `${booking}/api/v1/booking/tickets/confirm`;
    return (await ask(url, { method: 'POST', headers, body })).status;
  };
  const repeated: Repeated[] = [];
  for (const sale of record.sales) {
    repeated.push({ sale, buyer: await pay(sale, sale.user), stranger: await pay(sale, randomUUID()) });
  }
  return judge(record, { seats: tickets, repeated }, counted);
}

async function ask(url: string, options: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...options, signal: AbortSignal.timeout(10_000) });
  } catch (error) {
    throw new UsageError(`${url} does not answer (${(error as Error).message}): the sale can't be checked`);
  }
}

if (import.meta.main) {
  await runOnce(async () => {
    const file = process.argv[2];
    if (!file) throw new UsageError('Usage: bun tests/load/check-sales.ts FILE, the record that a run of onsale names');
    const { sold, soldTwice, faults } = await checkSales(await readFile(file, 'utf8'), process.env);
    tellFaults(faults);
    console.log(`${sold} sold, ${soldTwice} sold twice, ${faults.length} faults`);
    process.exitCode = faults.length > 0 ? 1 : 0;
  });
}
