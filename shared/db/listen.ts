import { sleep } from '../async/clock.ts';
import type { PostgresConfig } from '../config/config.ts';
import { openDriver } from './driver.ts';

/**
 * `onListen` is called whenever it starts to listen: except for the first time, messages may have been missed. `onLost`
 * gets the error once when it can't.
 */
export type Listener = {
  onMessage(payload: string): void;
  onListen(): void;
  onLost(error: unknown): void;
};

/** How often a listening connection is checked for a server that still knows its session. */
const checkMs = 1000;

/**
 * LISTENs to a channel on a connection of its own until it is ended, and again on a new one whenever that is lost. A
 * listener can't tell a silent server from a dead one: so LISTEN is repeated regularly, which costs the server nothing.
 */
export function listenTo(config: PostgresConfig, channel: string, listener: Listener): () => Promise<void> {
  const ended = new AbortController();
  let listens = false;
  let lost = false;
  let wake = () => {};
  const { sql, close } = openDriver(config, {
    max: 1,
    deadlineMs: config.deadlineMs,
    kept: true,
    onNotify: (_channel, payload) => ended.signal.aborted || listener.onMessage(payload),
    onClose() {
      listens = false;
      wake();
    },
  });

  async function listen(): Promise<void> {
    try {
      await sql.unsafe(`listen ${channel}`);
      if (!listens && !ended.signal.aborted) listener.onListen();
      listens = true;
      lost = false;
    } catch (error) {
      if (!lost && !ended.signal.aborted) listener.onLost(error);
      lost = true;
    }
  }

  const listening = (async () => {
    while (!ended.signal.aborted) {
      const closed = new AbortController();
      wake = () => closed.abort();
      await listen();
      await sleep(checkMs, AbortSignal.any([closed.signal, ended.signal]));
    }
  })();

  return async () => {
    ended.abort();
    await close(0);
    await listening;
  };
}
