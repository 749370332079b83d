import type { Target } from '../rig/targets.ts';
import { type Document, type Operation, operationsOf } from './documents.ts';

type Asked = {
  /** The name of the body's example to send. */
  named?: string;
  /** Values that no example can have, as they are new, or that shall differ from the example. */
  path?: Record<string, string>;
  body?: Record<string, unknown>;
  headers?: Record<string, string>;
};
type Told = { status: number; json: Record<string, unknown>; links: Links };
type Links = NonNullable<Operation['responses'][string]['links']>;
type Known = { base: string; method: string; path: string; operation: Operation; document: Document };

/** Sends the example requests of the documents that a platform shows, and follows the links of its responses. */
export async function exampleRequests(target: Target) {
  const known = new Map<string, Known>();
  const sent = new Set<string>();
  for (const base of [target.events, target.booking, target.search]) {
    const document = (await (await fetch(`${base}/openapi.json`)).json()) as Document;
    for (const one of operationsOf(document)) known.set(one.operation.operationId, { base, document, ...one });
  }

  /** Returns the document's request for an operation. Throws when the document lacks a needed value. */
  async function send(operationId: string, asked: Asked = {}): Promise<Told> {
    const { base, method, path, operation, document } = known.get(operationId)!;
    const url = new URL(base + path);
    const headers = new Headers();
    for (const { name, in: place, required, schema } of operation.parameters ?? []) {
      const value = (place === 'path' ? asked.path?.[name] : undefined) ?? schema.example;
      if (value === undefined && required) throw new Error(`${operationId} has no example of ${name}`);
      if (value === undefined) continue;
      if (place === 'path') url.pathname = url.pathname.replace(`%7B${name}%7D`, String(value));
      if (place === 'query') url.searchParams.set(name, String(value));
      if (place === 'header') headers.set(name, String(value));
    }
    const media = operation.requestBody?.content['application/json'];
    const example = asked.named ? media?.examples?.[asked.named]?.value : media && membersOf(media.schema, document);
    const body = media && JSON.stringify({ ...(example as object), ...asked.body });
    if (body) headers.set('Content-Type', 'application/json');
    for (const [name, value] of Object.entries(asked.headers ?? {})) headers.set(name, value);

    const done = new AbortController();
    const response = await fetch(url, { method, headers, signal: done.signal, ...(body && { body }) });
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    const json = isJson ? ((await response.json()) as Record<string, unknown>) : {};
    // A stream has no end of its own.
    done.abort();
    sent.add(asked.named ? `${operationId}: ${asked.named}` : operationId);
    return { status: response.status, json, links: operation.responses[response.status]?.links ?? {} };
  }

  /** Returns the request of a response's link. */
  function follow({ json, links }: Told, name: string, asked: Asked = {}): Promise<Told> {
    const link = links[name];
    if (!link) throw new Error(`no link ${name}`);
    const path = Object.entries(link.parameters ?? {}).map(([parameter, text]) => [parameter, valueAt(json, text)]);
    return send(link.operationId, { ...asked, path: Object.fromEntries(path) });
  }

  /** Each operation, and each named example of those that have some. */
  const all = () =>
    [...known].flatMap(([id, { operation }]) => {
      const names = Object.keys(operation.requestBody?.content['application/json']?.examples ?? {});
      return names.length === 0 ? [id] : names.map((name) => `${id}: ${name}`);
    });

  return { send, follow, all, sent };
}

/** The members of a body that have an example of their own. */
function membersOf(schema: object, document: Document): Record<string, unknown> {
  const {
    $ref,
    allOf = [],
    properties = {},
  } = schema as {
    $ref?: string;
    allOf?: object[];
    properties?: Record<string, { example?: unknown }>;
  };
  if ($ref) return membersOf(document.components.schemas[$ref.split('/').at(-1)!]!, document);
  const own = Object.entries(properties).flatMap(([name, { example }]) =>
    example === undefined ? [] : [[name, example]],
  );
  return Object.assign({}, ...allOf.map((part) => membersOf(part, document)), Object.fromEntries(own));
}

/** Returns the value of a runtime expression such as `$response.body#/uuid`. */
function valueAt(json: unknown, expression: string): string {
  const pointer = expression.replace('$response.body#/', '').split('/');
  const value = pointer.reduce((at, key) => (at as Record<string, unknown> | undefined)?.[key], json);
  if (typeof value !== 'string') throw new Error(`nothing at ${expression}`);
  return value;
}
