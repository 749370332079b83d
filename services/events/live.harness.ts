import type { SeatStatus } from './domain/event/event.ts';

export type StreamEvent = { event: string; data: unknown; id?: string; retry?: string };

/** Reads a stream of live seats as a browser's EventSource does, and keeps what a page would show. */
export function readLive(response: Response) {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const events: StreamEvent[] = [];
  /** Undefined while nothing is known. */
  let taken: Map<string, SeatStatus> | undefined;
  let hasEnded = false;

  function hear(told: StreamEvent): void {
    events.push(told);
    if (told.event === 'unavailable') taken = undefined;
    if (told.event === 'taken') taken = new Map();
    if (!Array.isArray(told.data)) return;
    for (const { uuid, status } of told.data) {
      if (status === 'available') taken?.delete(uuid);
      else taken?.set(uuid, status);
    }
  }

  const reading = (async () => {
    let text = '';
    for (;;) {
      const { done, value = '' } = await reader.read();
      if (done) break;
      const blocks = (text + value).split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) if (!block.startsWith(':')) hear(parse(block));
    }
  })()
    .catch(() => {})
    .finally(() => {
      hasEnded = true;
    });

  return {
    events,
    /**
     * The seats that are not available, by uuid, as the page of an event has them; undefined while nothing is known.
     */
    taken: () => taken && Object.fromEntries([...taken].sort()),
    hasEnded: () => hasEnded,
    async close(): Promise<void> {
      await reader.cancel().catch(() => {});
      await reading;
    },
  };
}

export type LiveReader = ReturnType<typeof readLive>;

function parse(block: string): StreamEvent {
  const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
  return { ...fields, data: fields.data === undefined ? undefined : JSON.parse(fields.data) };
}

/** The seats of an event's page that are not available, by uuid. */
export function takenOf(page: { tickets: { uuid: string; status: SeatStatus }[] }): Record<string, SeatStatus> {
  const taken = page.tickets.filter(({ status }) => status !== 'available');
  return Object.fromEntries(taken.map(({ uuid, status }) => [uuid, status] as const).sort());
}
