import { randomUUID } from 'node:crypto';

/** The requests of a run; plain data, since the generator is a process of its own. */
export type Source =
  /** These requests in turn. */
  | { kind: 'list'; requests: { path: string; body?: unknown; headers?: Record<string, string> }[] }
  /** Reservations of these tickets in turn, each by another user. */
  | { kind: 'reserve'; path: string; tickets: string[] };

/** The bytes of one request after the other. */
export function requestsOf(source: Source): () => Buffer {
  let n = 0;
  if (source.kind === 'list') {
    const prepared = source.requests.map(({ path, body, headers }) => request(path, body, headers));
    return () => prepared[n++ % prepared.length]!;
  }
  const { path, tickets } = source;
  return () => request(path, { ticket_uuid: tickets[n++ % tickets.length]!, user_uuid: randomUUID() });
}

function request(path: string, body: unknown, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  if (body === undefined) return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\n`);
  const text = JSON.stringify(body);
  const type = 'Content-Type: application/json';
  const length = `Content-Length: ${Buffer.byteLength(text)}`;
  return Buffer.from(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${type}\r\n${length}\r\n\r\n${text}`);
}
