import { sleep } from '../async/clock.ts';

/** Under a rush there would be thousands of equal messages about one event. */
const gatherMs = 10;

/**
 * Gathers events for ten milliseconds, each once, and calls `send` with at most `perMessage` of them, separated by
 * commas. An error of `send` goes to `onError`, once until it succeeds again; the next message is sent all the same.
 */
export function gatherEvents(
  perMessage: number,
  send: (message: string) => PromiseLike<unknown>,
  onError: (error: unknown) => void,
): { add(eventUuid: string): void; done(): Promise<void> } {
  const waiting = new Set<string>();
  let sending: Promise<void> | undefined;
  let fails = false;

  async function sendAll(): Promise<void> {
    while (waiting.size > 0) {
      await sleep(gatherMs);
      const eventUuids = [...waiting];
      waiting.clear();
      for (let i = 0; i < eventUuids.length; i += perMessage) {
        try {
          await send(eventUuids.slice(i, i + perMessage).join(','));
          fails = false;
        } catch (error) {
          if (!fails) onError(error);
          fails = true;
        }
      }
    }
    sending = undefined;
  }

  return {
    add(eventUuid) {
      waiting.add(eventUuid);
      sending ??= sendAll();
    },
    done: async () => {
      await sending;
    },
  };
}
