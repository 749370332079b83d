import type { SeatStatus } from './domain/event/event.ts';
import { codeOf } from './domain/event/seat-statuses.ts';

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

/**
 * A client that keeps the codes of an event's seats as docs/api.md says: it loads the seats, or the page, once, opens a
 * stream with their version, and again with the id that it heard last.
 */
export function livePicture(get: (path: string) => Response | Promise<Response>, path: string, uuids: string[]) {
  const began: string[] = [];
  let codes: number[] = [];
  let version: string | undefined;
  let dropped = new AbortController();

  const load = (packed: string) => {
    const bytes = Buffer.from(packed, 'base64');
    codes = uuids.map((_, place) => (bytes[place >> 2]! >> ((place & 3) * 2)) & 3);
  };

  function apply({ event, data, id }: StreamEvent): void {
    const isIndex = !Array.isArray(data);
    if (isIndex && event === 'taken') load((data as { statuses: string }).statuses);
    if (!isIndex && event === 'taken') codes.fill(0);
    const { i, s } = data as { i?: number[]; s: number[] };
    i?.forEach((place, nth) => {
      codes[place] = s[nth]!;
    });
    if (!isIndex) for (const { uuid, status } of data) codes[uuids.indexOf(uuid)] = codeOf(status);
    version = id;
  }

  return {
    /** The first event of each stream. */
    began,
    shown: () => codes.join(''),
    async open(by: 'uuid' | 'index'): Promise<void> {
      if (version === undefined) {
        const response = await get(by === 'index' ? `${path}/seats` : path);
        version = response.headers.get('x-seats-version')!;
        const { statuses, tickets } = (await response.json()) as { statuses: string; tickets?: StatusOf[] };
        if (tickets) codes = tickets.map(({ status }) => codeOf(status));
        else load(statuses);
      }
      dropped = new AbortController();
      const { signal } = dropped;
      const reader = (await get(`${path}/live?by=${by}&since=${version}`)).body!.getReader();
      signal.addEventListener('abort', () => void reader.cancel());
      const isFirst = began.length;
      void (async () => {
        let text = '';
        for (;;) {
          const { done, value } = await reader.read();
          if (done || signal.aborted) return;
          const blocks = (text + new TextDecoder().decode(value)).split('\n\n');
          text = blocks.pop()!;
          for (const block of blocks) {
            const told = parse(block);
            began[isFirst] ??= told.event;
            apply(told);
          }
        }
      })();
    },
    drop: () => dropped.abort(),
  };
}

type StatusOf = { status: SeatStatus };

export type LivePicture = ReturnType<typeof livePicture>;
