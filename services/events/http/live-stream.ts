import type { LiveMessage, LiveViewer } from '../domain/live/live-viewer.ts';
import { seatsJson } from '../page/seats.ts';

export type LiveStreamOptions = {
  /** Called when the first bytes are read: a response without a reader (the client has gone) watches nothing. */
  watch(): LiveViewer;
  /** A stream that is silent for so long sends a comment, which keeps the connection open. */
  pingMs: number;
  /** How long a client should wait before it reconnects when the stream has ended. */
  retryMs: number;
};

/** Like the body of an error. */
export const unavailableData = {
  error: 'unavailable',
  message: 'The seats can’t be seen at the moment; keep this stream open: `taken` comes when they can',
};

/**
 * Returns a viewer's messages as server-sent events. The next one is taken when the connection has room for it, so that
 * nothing is buffered for a client that does not read.
 */
export function liveStream({ watch, pingMs, retryMs }: LiveStreamOptions): ReadableStream<Uint8Array> {
  let viewer: LiveViewer | undefined;
  let isCancelled = false;
  let isFirst = true;

  function bytes(message: LiveMessage): Uint8Array {
    if (!isFirst) return written(message).bytes;
    isFirst = false;
    return utf8.encode(`${written(message).lines}retry: ${retryMs}\n\n`);
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        viewer ??= watch();
        const message = await viewer.next(pingMs);
        if (isCancelled) return;
        if (message === 'nothing') return controller.enqueue(ping);
        if (message !== 'end') return controller.enqueue(bytes(message));
        if (isFirst) controller.enqueue(utf8.encode(`retry: ${retryMs}\n\n`));
        controller.close();
      },
      cancel() {
        isCancelled = true;
        viewer?.leave();
      },
    },
    { highWaterMark: 0 },
  );
}

const utf8 = new TextEncoder();
const ping = utf8.encode(': ping\n\n');

/** A message is serialised once for all of its viewers. */
const kept = new WeakMap<LiveMessage, { lines: string; bytes: Uint8Array }>();

function written(message: LiveMessage): { lines: string; bytes: Uint8Array } {
  const known = kept.get(message);
  if (known) return known;
  const lines = `event: ${message.event}\ndata: ${dataOf(message)}\nid: ${message.id}\n`;
  const made = { lines, bytes: utf8.encode(`${lines}\n`) };
  kept.set(message, made);
  return made;
}

function dataOf(message: LiveMessage): string {
  if (message.event === 'unavailable') return JSON.stringify(unavailableData);
  if ('seats' in message) return JSON.stringify(message.seats);
  if (message.event === 'taken') return new TextDecoder().decode(seatsJson(message.statuses));
  const { places, statuses } = message;
  return JSON.stringify({ i: places, s: places.map((place) => statuses.codes[place]) });
}
