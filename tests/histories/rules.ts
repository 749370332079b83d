import type { Operation } from './history.ts';
import type { Answer } from './requests.ts';

export type Told = {
  operations: Operation[];
  /** The errors that processes logged. */
  faults: string[];
  keyed: { key: string; answer: Answer }[];
  /** The orders of all buyers at the end. */
  orders: { uuid: string; seats: string[]; hold: string | undefined }[];
};

/** Rules about more than a single seat; each returns a line for every breach. */
export const rules: Record<string, (told: Told) => string[]> = {
  'no request meets a mistake of ours': ({ faults }) => faults,

  'a request under a key gets one response, and the same bytes again': ({ keyed }) => {
    const byKey = Map.groupBy(keyed.filter(isFinal), ({ key }) => key);
    return [...byKey].flatMap(([key, all]) => {
      const texts = new Set(all.map(({ answer }) => `${answer.status} ${answer.text}`));
      return texts.size > 1 ? [`key ${key} was answered as ${[...texts].join(' and as ')}`] : [];
    });
  },

  'a reservation that was given back is not given out again': ({ operations }) =>
    operations.flatMap((one) => {
      const again = operations.find((other) => isHeld(other) && other.hold === one.hold && other.from > one.to);
      return one.kind === 'release' && one.outcome === 'ok' && again
        ? [`${one.hold} by #${again.id} after #${one.id}`]
        : [];
    }),

  'a reservation has the seats that were asked for, all of them': ({ operations }) =>
    operations.filter(isHeld).flatMap(({ id, hold, seats }) => {
      const asked = hold!.split(':')[1]!.split('+');
      return asked.length === seats.length ? [] : [`#${id} of ${seats.join()} got ${asked.join()}`];
    }),

  'an order has all seats of its reservation': ({ orders }) =>
    orders.flatMap(({ uuid, seats, hold }) => {
      const reserved = hold?.split(':')[1]?.split('+');
      return reserved && reserved.length !== seats.length ? [`order ${uuid} of ${hold} has ${seats.join()}`] : [];
    }),
};

const isHeld = ({ kind, outcome, hold }: Operation) => kind === 'hold' && outcome === 'ok' && hold !== undefined;

/** A 202 is not final. */
const isFinal = ({ answer }: { answer: Answer }) =>
  answer.status < 500 &&
  answer.status !== 202 &&
  answer.body.error !== 'request_in_progress' &&
  answer.body.error !== 'idempotency_key_reused';
