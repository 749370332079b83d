import type { Random } from '../../drizzle/seed/random.ts';
import { sleep } from '../../shared/async/clock.ts';
import { type Ask, cardOf, type KnownOrder, type Requests, type World } from './buyer.ts';
import type { Operation } from './history.ts';

/** The holds and purchases that a buyer believes to have. They may be wrong, and try all the same. */
type Memory = {
  reservations: { uuid: string; hold: string; seats: string[] }[];
  singles: string[];
  orders: KnownOrder[];
  asked: Ask[];
};

type Actor = { world: World; requests: Requests; random: Random; memory: Memory };
type Act = (actor: Actor) => Promise<void>;

const remembered = 4;
const twinsInHundred = 12;
const longestPauseMs = 3;
const longestLateMs = 60;

/** Sends requests as buyers do until the end: plain, twice at once, late repeats, and conflicting ones. */
export async function buy(
  actor: Omit<Actor, 'memory'>,
  isOver: () => boolean,
  without: readonly ActName[] = [],
): Promise<void> {
  const full: Actor = { ...actor, memory: { reservations: [], singles: [], orders: [], asked: [] } };
  const { random } = actor;
  const names = (Object.keys(acts) as ActName[]).filter((name) => !without.includes(name));
  const chances = names.flatMap((name) => Array.from({ length: acts[name][0] }, () => acts[name][1]));
  while (!isOver()) {
    await random.pick(chances)(full);
    await sleep(random.int(0, longestPauseMs));
  }
}

const reserve: Act = async (actor) => {
  const seat = actor.random.pick(actor.world.seats);
  const made = await ask(actor, actor.requests.reserve(seat));
  if (made.outcome === 'ok') keep(actor.memory.singles, seat);
};

const hold: Act = async (actor) => {
  remember(actor, await ask(actor, actor.requests.hold(someSeats(actor))));
};

/** Two reservations at once with a common seat, or a reservation and the original's request. */
const holdTwice: Act = async (actor) => {
  const { random, requests, world } = actor;
  const seats = someSeats(actor);
  const one = random.pick(seats);
  const other = random.pick([requests.hold([one]), requests.reserve(one), requests.hold(someSeats(actor))]);
  const both = [requests.hold(seats), other];
  const [first, second] = await Promise.all(both.map((request) => request(world.processes.pick(random))));
  remember(actor, first!);
  if (second!.kind === 'hold') remember(actor, second!);
};

const confirm: Act = async (actor) => {
  const { memory, random, requests, world } = actor;
  const seat =
    memory.singles.length > 0 && random.int(0, 3) > 0 ? random.pick(memory.singles) : random.pick(world.seats);
  await ask(actor, requests.confirm(seat, cardOf(random)));
};

const order: Act = async (actor) => {
  const { memory, random, requests } = actor;
  const one = memory.reservations.length > 0 ? random.pick(memory.reservations) : undefined;
  if (!one) return hold(actor);
  const made = await ask(actor, requests.order(one.uuid, one.hold, one.seats, cardOf(random)));
  const known = [...actor.world.orders.values()].findLast(({ hold }) => hold === one.hold);
  if (!known || (made.outcome !== 'ok' && made.outcome !== 'pending')) return;
  keep(memory.orders, known);
  if (random.int(0, 3) === 0) await giveBack(actor, known);
};

/** Buys and gives back at once: one of the two must win. */
const orderBesideRelease: Act = async (actor) => {
  const { memory, random, requests, world } = actor;
  const one = memory.reservations.at(-1);
  if (!one) return hold(actor);
  const both = [
    requests.order(one.uuid, one.hold, one.seats, cardOf(random)),
    requests.release(one.uuid, one.hold, one.seats),
  ];
  await Promise.all(
    both.map(async (request) => {
      await sleep(random.int(0, longestPauseMs));
      return request(world.processes.pick(random));
    }),
  );
};

const release: Act = async (actor) => {
  const { memory, random, requests } = actor;
  if (memory.reservations.length === 0) return;
  const one = random.pick(memory.reservations);
  await ask(actor, requests.release(one.uuid, one.hold, one.seats));
};

/** Gives an order back, all of it or a seat; often the buyer wants the same seats again at once. */
const refund: Act = async (actor) => {
  const { memory, random, requests, world } = actor;
  if (memory.orders.length === 0 || random.int(0, 2) === 0) {
    memory.orders.push(...(await requests.orders(world.processes.pick(random))));
    memory.orders.splice(0, memory.orders.length - remembered);
  }
  if (memory.orders.length === 0) return;
  const one = random.pick(memory.orders);
  if (one.seats.length > 0) await giveBack(actor, one, random.int(0, 3) === 0 ? [random.pick(one.seats)] : undefined);
};

async function giveBack(actor: Actor, order: KnownOrder, some?: string[]): Promise<void> {
  const { random, requests } = actor;
  const given = await ask(actor, requests.refund(order, some));
  if (given.outcome !== 'ok' || random.int(0, 3) === 0) return;
  const seats = some ?? order.seats;
  const again = random.int(0, 1) === 0 ? requests.hold(seats) : requests.reserve(random.pick(seats));
  const made = await ask(actor, again);
  if (made.kind === 'hold') remember(actor, made);
}

/** Approves or rejects a waiting payment at the bank. */
const answerBank: Act = async (actor) => {
  const { random, requests, world } = actor;
  const own = [...world.orders.values()].filter(({ user }) => user === requests.user).slice(-remembered);
  if (own.length === 0) return;
  await ask(actor, requests.answerBank(random.pick(own), random.int(0, 3) > 0));
};

const look: Act = async (actor) => {
  await ask(actor, actor.requests.look());
};

/** The same request again, long after; perhaps its first response was lost. */
const repeat: Act = async (actor) => {
  const { memory, random, world } = actor;
  if (memory.asked.length === 0) return;
  const request = random.pick(memory.asked);
  const made = await request(world.processes.pick(random));
  if (made.kind === 'hold') remember(actor, made);
};

/** The steps of buyers, and how often they take each. */
const acts = {
  reserve: [5, reserve],
  hold: [7, hold],
  holdTwice: [3, holdTwice],
  confirm: [5, confirm],
  order: [7, order],
  orderBesideRelease: [4, orderBesideRelease],
  release: [2, release],
  refund: [7, refund],
  answerBank: [3, answerBank],
  look: [8, look],
  repeat: [3, repeat],
} satisfies Record<string, [number, Act]>;
export type ActName = keyof typeof acts;

/** Sends a request, now and then twice at once, or again before its response. Returns the first one's outcome. */
async function ask({ world, random, memory }: Actor, request: Ask): Promise<Operation> {
  keep(memory.asked, request);
  const first = request(world.processes.pick(random));
  if (random.int(1, 100) > twinsInHundred) return first;
  const second = sleep(random.int(0, 2) === 0 ? random.int(0, longestLateMs) : 0).then(() =>
    request(world.processes.pick(random)),
  );
  return (await Promise.all([first, second]))[0];
}

function someSeats({ random, world: { seats } }: Actor): string[] {
  const count = random.pick([1, 1, 2, 2, 3]);
  const from = random.int(0, seats.length - 1);
  return Array.from({ length: Math.min(count, seats.length) }, (_, i) => seats[(from + i) % seats.length]!);
}

function remember({ memory, world }: Actor, made: Operation): void {
  if (made.outcome !== 'ok' || made.hold === undefined) return;
  const uuid = world.names.uuidOf(made.hold);
  if (!memory.reservations.some((one) => one.uuid === uuid)) {
    keep(memory.reservations, { uuid, hold: made.hold, seats: made.seats });
  }
}

function keep<T>(list: T[], one: T): void {
  if (!list.includes(one)) list.push(one);
  if (list.length > remembered) list.shift();
}
