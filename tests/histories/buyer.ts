import { randomUUID } from 'node:crypto';
import type { Random } from '../../drizzle/seed/random.ts';
import { sandboxMethods } from '../../services/booking/adapters/sandbox/sandbox-payments.ts';
import type { MadeEvent } from '../../shared/testing/factories.ts';
import type { Operation, Recorder, Told } from './history.ts';
import type { Process, Processes } from './processes.ts';
import {
  type Answer,
  type Names,
  send,
  toldByApproval,
  toldByConfirm,
  toldByHold,
  toldByLook,
  toldByOrder,
  toldByRefund,
  toldByRelease,
  toldByReserve,
} from './requests.ts';
import { single } from './seat-model.ts';

/** Shared by all buyers: the sale, its seats by name, and the history that they write. */
export type World = {
  recorder: Recorder;
  processes: Pick<Processes, 'pick'>;
  event: MadeEvent;
  seats: string[];
  names: Names & { uuidOf(name: string): string };
  /** The purchase and the user of each known order. */
  orders: Map<string, KnownOrder>;
  /** Every response to a request with a key. */
  keyed: { key: string; answer: Answer }[];
};

export type KnownOrder = { uuid: string; user: string; seats: string[]; hold: string | undefined };

/** A request that can be made again, at once or late. */
export type Ask = (process: Process) => Promise<Operation>;

export type Requests = ReturnType<typeof createRequests>;

/** The requests that a user may make; each can be sent any number of times. */
export function createRequests(world: World, user: string, userUuid: string) {
  const { recorder, event, seats, names, orders, keyed } = world;
  const uuidOf = (seat: string) => event.tickets[seats.indexOf(seat)]!;
  const as = (process: Process, kind: Operation['kind'], asked: string[], hold?: string, order?: string) => ({
    process: process.name,
    user,
    kind,
    seats: asked,
    hold,
    order,
  });

  async function sendKeyed(process: Process, path: string, key: string, body: object): Promise<Answer> {
    const answer = await send(process, 'POST', path, { body, key });
    keyed.push({ key, answer });
    return answer;
  }

  /** Remembers an order as soon as its uuid is known. */
  function know(uuid: string | undefined, asked: string[], hold: string | undefined): void {
    const known = uuid === undefined ? undefined : orders.get(uuid);
    if (uuid !== undefined && (!known || known.hold === undefined))
      orders.set(uuid, { uuid, user, seats: asked, hold });
  }

  return {
    user,

    reserve: (seat: string): Ask => {
      const body = { ticket_uuid: uuidOf(seat), user_uuid: userUuid };
      return (process) =>
        recorder.record(as(process, 'reserve', [seat]), async () =>
          toldByReserve(await send(process, 'POST', '/booking/tickets/reserve', { body })),
        );
    },

    confirm: (seat: string, method: string): Ask => {
      const body = { ticket_uuid: uuidOf(seat), user_uuid: userUuid, payment_method_uuid: method };
      return (process) =>
        recorder.record(as(process, 'confirm', [seat]), async () => {
          const answer = await send(process, 'POST', '/booking/tickets/confirm', { body });
          know(answer.body.order_uuid, [seat], single);
          return toldByConfirm(answer, names);
        });
    },

    hold: (wanted: string[]): Ask => {
      const body = { user_uuid: userUuid, ticket_uuids: wanted.map(uuidOf) };
      return (process) =>
        recorder.record(as(process, 'hold', wanted), async () =>
          toldByHold(await send(process, 'POST', '/booking/reservations', { body }), names),
        );
    },

    release:
      (uuid: string, hold: string, held: string[]): Ask =>
      (process) =>
        recorder.record(as(process, 'release', held, hold), async () =>
          toldByRelease(await send(process, 'DELETE', `/booking/reservations/${uuid}`)),
        ),

    order: (uuid: string, hold: string, held: string[], method: string): Ask => {
      const key = randomUUID();
      const body = { reservation_uuid: uuid, payment_method_uuid: method };
      let isBegun = false;
      return (process) =>
        recorder.record(as(process, 'order', held, hold), async () => {
          const answer = await sendKeyed(process, '/booking/orders', key, body);
          know(answer.body.uuid, held, hold);
          const told = toldByOrder(answer, names);
          isBegun ||= told.outcome === 'pending' || told.outcome === 'unknown';
          // The key's own order may have failed long ago, which says nothing about the seats now.
          return told.outcome === 'declined' && isBegun ? { ...told, outcome: 'void' } : told;
        });
    },

    refund: ({ uuid, seats: bought, hold }: KnownOrder, some?: string[]): Ask => {
      const key = randomUUID();
      const body = { user_uuid: userUuid, ...(some && { ticket_uuids: some.map(uuidOf) }) };
      return (process) =>
        recorder.record(
          { ...as(process, 'refund', some ?? bought, hold, names.order(uuid)), key },
          async (): Promise<Told> => {
            const answer = await sendKeyed(process, `/booking/orders/${uuid}/refunds`, key, body);
            return toldByRefund(answer, names);
          },
        );
    },

    /** The buyer approves or rejects at their bank. */
    answerBank:
      ({ uuid, seats: bought, hold }: KnownOrder, approved: boolean): Ask =>
      (process) =>
        recorder.record(as(process, approved ? 'approve' : 'deny', bought, hold), async () =>
          toldByApproval(await send(process, 'POST', `/sandbox/payments/${uuid}/approval`, { body: { approved } })),
        ),

    look: (): Ask => (process) =>
      recorder.record(as(process, 'look', seats), async () =>
        toldByLook(await send(process, 'GET', `/management/events/${event.uuid}`), names),
      ),

    /** Lists the user's orders; unknown ones are also the user's. */
    async orders(process: Process): Promise<KnownOrder[]> {
      const { status, body } = await send(process, 'GET', `/booking/orders?user_uuid=${userUuid}&limit=100`);
      if (status !== 200) return [];
      const paid = body.orders!.filter((order) => order.status === 'paid' || order.status === 'pending');
      return paid.map((order) => {
        const left = order.tickets!.filter(({ refunded }) => !refunded).map(({ uuid }) => names.seats.get(uuid)!);
        know(order.uuid, left, undefined);
        return { ...orders.get(order.uuid!)!, seats: left };
      });
    },
  };
}

/** Cards, weighted by how often they occur. */
export function cardOf(random: Random): string {
  const { declined, lostAnswer, lostRequest, requiresAction } = sandboxMethods;
  const good = randomUUID();
  return random.pick([
    ...Array.from({ length: 10 }, () => good),
    ...[declined, declined, declined, lostAnswer, lostAnswer, lostAnswer, lostRequest],
    ...[requiresAction, requiresAction, requiresAction],
  ]);
}
