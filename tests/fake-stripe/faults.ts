export type Operation = 'create' | 'confirm' | 'capture' | 'cancel' | 'refund' | 'get' | 'list';

/**
 * A fault of the next request of a kind, `times` times (once). `lost` drops the connection without a response,
 * before or after the effect; a 500 comes instead of the effect or after it, and an idempotency key keeps it. `refused`
 * is refused with a `code`, one of `refusalCodes`. A delay comes before the effect, and lasts `ms` or as long as
 * `until` says.
 */
export type Fault = {
  on: Operation;
  how: 'lost-before' | 'lost-after' | '500-before' | '500-after' | '429' | 'refused' | 'delay';
  code?: string;
  times?: number;
  ms?: number;
  until?: Promise<unknown>;
};

/** Takes the first matching fault from the queue. A replayed request meets no fault of its execution. */
export function takeFault(faults: Fault[], on: Operation, replayed: boolean): Fault | undefined {
  const place = faults.findIndex(
    (one) => one.on === on && !(replayed && (one.how.startsWith('500') || one.how === 'refused')),
  );
  const fault = faults[place];
  if (!fault) return undefined;
  fault.times = (fault.times ?? 1) - 1;
  if (fault.times <= 0) faults.splice(place, 1);
  return fault;
}
