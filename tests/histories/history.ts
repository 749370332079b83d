/** A request to the sale and its response. Names stand for uuids, so that a history can be read. */
export type Operation = {
  id: number;
  process: string;
  user: string;
  kind: Kind;
  /** The requested seats, or those of the named reservation or order. */
  seats: string[];
  /** The reservation in its request or response; `single` is a hold or an order by the original endpoints. */
  hold?: string | undefined;
  /** The order in its request or response, if known. */
  order?: string | undefined;
  /** The name of a request that is made once, however often it is sent. */
  key?: string | undefined;
  outcome: Outcome;
  /** The seats of a refusal; or the status of each seat of a look. */
  told?: Record<string, string> | undefined;
  /** For the reader: the response. */
  answer: string;
  /** Milliseconds by one monotonic clock; without a response `Infinity`. */
  from: number;
  to: number;
};

/**
 * `reserve` and `confirm` are the original's; `hold`, `release`, `order` and `refund` those of reservations; `approve`
 * and `deny` are the buyer's decision at the bank; `look` is the event page; `expire` ends a hold by time; `sweep`
 * settles orders.
 */
export type Kind =
  | 'reserve'
  | 'confirm'
  | 'hold'
  | 'release'
  | 'order'
  | 'refund'
  | 'approve'
  | 'deny'
  | 'look'
  | 'expire'
  | 'sweep';

/**
 * `pending` is an unfinished payment. `unknown` may take effect at any later time, or never. `void` says nothing about
 * any seat: a response that only repeats the bytes of an earlier one, or a wrong request.
 */
export type Outcome = 'ok' | 'refused' | 'declined' | 'pending' | 'unknown' | 'void';

/** The content of a response, before it has its place in time. */
export type Told = Pick<Operation, 'outcome' | 'answer'> &
  Partial<Pick<Operation, 'seats' | 'hold' | 'order' | 'told'>>;
export type Asked = Pick<Operation, 'process' | 'user' | 'kind' | 'seats' | 'hold' | 'order' | 'key'>;

/** Writes down all requests and responses. */
export function createRecorder(nowMs: () => number = () => performance.now()) {
  const operations: Operation[] = [];
  let begun = 0;
  return {
    operations,
    begun: () => begun,
    async record(asked: Asked, work: (id: number) => Promise<Told>): Promise<Operation> {
      const id = begun++;
      const from = nowMs();
      const told = await work(id);
      const to = told.outcome === 'unknown' ? Number.POSITIVE_INFINITY : nowMs();
      const operation = { ...asked, id, from, to, ...told };
      operations.push(operation);
      return operation;
    },
  };
}

export type Recorder = ReturnType<typeof createRecorder>;

export const overlap = (a: Operation, b: Operation) => a !== b && a.from <= b.to && b.from <= a.to;

/**
 * A refund that was repeated with its key, because no response came, is one operation: it happened at some time from
 * the first request to the response.
 */
export function joinRepeats(operations: Operation[]): Operation[] {
  const byKey = Map.groupBy(operations, ({ key }) => key);
  return operations.flatMap((operation) => {
    const all = operation.key === undefined ? [] : byKey.get(operation.key)!;
    const answered = all.filter(({ outcome }) => outcome === 'ok').sort((a, b) => a.to - b.to)[0];
    if (!answered) return [operation];
    if (operation !== answered) return operation.outcome === 'ok' || operation.outcome === 'unknown' ? [] : [operation];
    return [{ ...operation, from: Math.min(...all.map(({ from }) => from)) }];
  });
}
