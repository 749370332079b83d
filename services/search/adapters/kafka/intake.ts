import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { sleep } from '../../../../shared/async/clock.ts';

/** Some messages of one partition, that follow one another. */
export type Portion = { payload: EachBatchPayload; messages: KafkaMessage[] };

type Waiting = { payload: EachBatchPayload; messages: KafkaMessage[]; at: number; done: PromiseWithResolvers<void> };

/**
 * Brings together what the library hands out by partition, so that one event with its venue and line-up is one batch.
 * The library fetches no more before all that it handed out is back: that bounds what is kept.
 */
export function createIntake(maxBatch: number) {
  let waiting: Waiting[] = [];
  let atWork = false;
  let closed = false;
  let refusal: { error: unknown } | undefined;
  let wake = () => {};
  let refused = Promise.withResolvers<void>();

  /** Resolves when the messages are handled, or at the end; rejects with the error of `refuse`. */
  function put(payload: EachBatchPayload): Promise<void> {
    if (closed) return Promise.resolve();
    const done = Promise.withResolvers<void>();
    waiting.push({ payload, messages: payload.batch.messages, at: 0, done });
    wake();
    return done.promise;
  }

  /** Resolves when something waits; false at the end. */
  async function arrival(): Promise<boolean> {
    while (waiting.length === 0 && !closed) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    // Messages that were fetched together come within the same turn.
    await sleep(0);
    return !closed;
  }

  /** The next messages, at most `maxBatch` in all, if there still are some. Ends with `finish`. */
  function take(): Portion[] {
    atWork = true;
    let room = maxBatch;
    const portions: Portion[] = [];
    for (const entry of waiting) {
      // Told to read from elsewhere, the library reads these again if they are needed.
      if (entry.payload.isStale()) entry.at = entry.messages.length;
      const messages = entry.messages.slice(entry.at, entry.at + room);
      room -= messages.length;
      if (messages.length > 0) portions.push({ payload: entry.payload, messages });
    }
    return portions;
  }

  /** Gives back what was taken: handled, or to come again from the server. */
  function finish(portions: Portion[], outcome?: { error: unknown }): void {
    atWork = false;
    for (const { payload, messages } of outcome ? [] : portions) {
      const entry = waiting.find((one) => one.payload === payload);
      if (entry) entry.at += messages.length;
      payload.resolveOffset(messages.at(-1)!.offset);
    }
    const handled = waiting.filter(({ at, messages }) => at >= messages.length);
    waiting = waiting.filter((entry) => !handled.includes(entry));
    for (const { done } of handled) done.resolve();
    refusal ??= outcome;
    settle();
  }

  /** Gives everything back with this error, after what is at work. */
  function refuse(error: unknown): void {
    refusal ??= { error };
    refused.resolve();
    if (!atWork) settle();
  }

  /** Gives everything back, after what is at work, and takes no more. */
  function close(): void {
    closed = true;
    wake();
    refused.resolve();
    if (!atWork) settle();
  }

  function settle(): void {
    if (!refusal && !closed) return;
    for (const { done } of waiting) {
      if (refusal && !closed) done.reject(refusal.error);
      else done.resolve();
    }
    waiting = [];
    if (closed) return;
    refusal = undefined;
    refused = Promise.withResolvers<void>();
  }

  return {
    put,
    arrival,
    take,
    finish,
    refuse,
    close,
    /** Any of the batches that wait, to send heartbeats by. */
    first: () => waiting[0]?.payload,
    /** True when the current batch is to be given back as soon as it can be. */
    isRefused: () => refusal !== undefined || closed,
    /** Resolves when it is. */
    refused: () => refused.promise,
  };
}

export type Intake = ReturnType<typeof createIntake>;
