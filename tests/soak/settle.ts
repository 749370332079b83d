import type { Random } from '../../drizzle/seed/random.ts';
import { sleep } from '../../shared/async/clock.ts';
import type { Db } from '../../shared/db/client.ts';
import { type Api, type Ask, isAnswer } from './api.ts';
import { countOpen } from './books.ts';
import { type Ledger, tell } from './ledger.ts';
import { createRequests, orderRequest, refundRequest } from './requests.ts';

/** A request whose process has died is taken over after a minute. */
export const keyPatienceMs = 90_000;
const pauseMs = 1000;

export type SettleDeps = { api: Api; ledger: Ledger; db: Db; random: Random };

/**
 * After the faults: repeats every request without a response with its key, and waits for the sweeps to end all open
 * work. Gives up after a while, which the judge reports. `onWait` gets the rest.
 */
export async function settle(deps: SettleDeps, patienceMs: number, onWait: (left: string) => void): Promise<void> {
  const { ledger, db } = deps;
  for (const until = performance.now() + patienceMs; ; await sleep(pauseMs)) {
    await Promise.all(unanswered(ledger).map(({ noted, request }) => repeat(deps, noted, request)));
    const keys = unanswered(ledger).length;
    const open = await countOpen(db);
    if (keys + open === 0 || performance.now() > until) return;
    onWait(`${keys} keys to be answered, ${open} orders, refunds and payments to be ended`);
  }
}

/**
 * Repeats each request that got a 202, with its key, when its order has ended. (If that has failed, and the seats are
 * still held, this may buy them.)
 */
export async function repeatAccepted({ api, ledger, random }: SettleDeps): Promise<void> {
  for (const { noted, request } of keyedRequests(ledger)) {
    const [first] = noted.told;
    if (!first || noted.told.some(({ status }) => status !== 202)) continue;
    noted.open++;
    const reply = await api.insist(random, request);
    if (!reply) continue;
    noted.open = 0;
    tell(noted, reply);
    const { uuid = '' } = JSON.parse(reply.text) as { uuid?: string };
    const before = (JSON.parse(first.text) as { uuid: string }).uuid;
    ledger.repeated.push({ key: noted.key, before, status: reply.status, uuid });
  }
}

/** Reads the final lists of each buyer. */
export async function readLists({ api, ledger, random }: SettleDeps, users: string[]): Promise<void> {
  await Promise.all(
    users.map(async (user) => {
      const list = await createRequests(api, ledger, random, user).listAll();
      if (list) ledger.lists.set(user, list);
    }),
  );
}

const unanswered = (ledger: Ledger) => keyedRequests(ledger).filter(({ noted }) => noted.open > 0);

function keyedRequests({ orders, refunds }: Ledger) {
  return [
    ...[...orders.values()].map((noted) => ({ noted, request: orderRequest(noted) })),
    ...[...refunds.values()].map((noted) => ({ noted, request: refundRequest(noted) })),
  ];
}

async function repeat({ api, random }: SettleDeps, noted: Parameters<typeof tell>[0], request: Ask): Promise<void> {
  const reply = await api.ask(random, request);
  if (!isAnswer(reply)) return;
  noted.open = 0;
  tell(noted, reply);
}
