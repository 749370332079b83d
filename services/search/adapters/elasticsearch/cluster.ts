import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Client, errors } from '@elastic/elasticsearch';
import { LateError, withTimeout } from '../../../../shared/async/with-timeout.ts';
import { AppError, Unfit, unavailable } from '../../../../shared/errors.ts';
import { type SpanOptions, span } from '../../../../shared/tracing/span.ts';
import type { ElasticsearchConfig } from '../../elasticsearch-config.ts';
import { connections } from './connection.ts';
import { blockOf, expectFit } from './fitness.ts';
import { findAuthority } from './handshake.ts';
import { refusalOf } from './refusal.ts';

export type Request = { method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'; path: string; body?: unknown };

/** One node or several of Elasticsearch. */
export type Cluster = {
  /** One attempt, on one node. Throws the driver's errors, which `translated` turns into ours, and `Unfit`. */
  call<T>(request: Request, timeoutMs: number): Promise<T>;
  /** The same with a body that is already text, one JSON value a line. */
  send<T>(path: string, lines: string, timeoutMs: number): Promise<T>;
  close(): Promise<void>;
};

/**
 * Connects when first asked, and looks what it has connected to; once more after each request without a response. Then
 * the idle connections are closed, too: they may lead to a server that hangs, and the address to another by now.
 */
export function openCluster(config: ElasticsearchConfig): Cluster {
  const { nodes, tls = {} } = config;
  const agents: (HttpAgent | HttpsAgent)[] = [];
  const agent = ({ url }: { url: URL }) => {
    const opened = new (url.protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true });
    agents.push(opened);
    return opened;
  };
  let authority: string | undefined;
  // Bun can't do what the client's usual connection needs; retries are ours, for they must be bounded in time.
  const Connection = connections(config, () => authority);
  const client = new Client({ nodes, Connection, agent, maxRetries: 0 });
  let fit: Promise<void> | undefined;

  const request = <T>(params: Params, timeoutMs: number): Promise<T> =>
    span(...spanOf(params), () => attempt<T>(params, timeoutMs));

  async function attempt<T>(params: Params, timeoutMs: number): Promise<T> {
    const until = performance.now() + timeoutMs;
    try {
      await withTimeout(looked, timeoutMs).catch(asTheDriver);
      const leftMs = Math.max(1, until - performance.now());
      return (await client.transport.request(params, { requestTimeout: leftMs })) as T;
    } catch (error) {
      if (statusOf(error) === undefined) fit = undefined;
      if (error instanceof errors.TimeoutError) closeIdle();
      throw (await refusalOf(error, config)) ?? error;
    }
  }

  /** A look that has failed is not kept: what it found may be mended. */
  async function looked(): Promise<void> {
    const looking = fit ?? look(longestLookMs);
    fit = looking;
    try {
      await looking;
    } catch (error) {
      if (fit === looking) fit = undefined;
      throw error;
    }
  }

  async function look(timeoutMs: number): Promise<void> {
    if (tls.fingerprint) authority ??= await findAuthority(nodes, tls, timeoutMs);
    await expectFit(client, timeoutMs);
  }

  function closeIdle(): void {
    for (const { freeSockets } of agents) {
      for (const sockets of Object.values(freeSockets)) for (const socket of [...(sockets ?? [])]) socket.destroy();
    }
  }

  return {
    call: ({ method, path, body }, timeoutMs) =>
      request({ method, path, ...(body !== undefined && { body: body as Record<string, unknown> }) }, timeoutMs),
    send: (path, lines, timeoutMs) => request({ method: 'POST', path, bulkBody: lines }, timeoutMs),
    close: () => client.close(),
  };
}

type Params = Parameters<Client['transport']['request']>[0];

/** By the semantic conventions of Elasticsearch: `bulk onsale-events`. What is sent and received is not in it. */
function spanOf({ method, path }: Params): [name: string, options: SpanOptions] {
  const [, first = '', endpoint] = /^\/([^/?]*)(?:.*\/_([^/?]*))?/.exec(path) ?? [];
  const target = first.startsWith('_') ? undefined : first;
  const operation = endpoint ?? (target === undefined ? first.slice(1) : method);
  const attributes = {
    'db.system.name': 'elasticsearch',
    'db.operation.name': operation,
    'db.collection.name': target,
    'http.request.method': method,
  };
  return [target ? `${operation} ${target}` : operation, { kind: 'client', attributes }];
}

/** A look has a time of its own: requests that come meanwhile wait for the same. */
const longestLookMs = 1000;

function asTheDriver(error: unknown): never {
  throw error instanceof LateError ? new errors.TimeoutError(error.message) : error;
}

/** The status of Elasticsearch's response; undefined when none came. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof errors.ResponseError ? error.statusCode : undefined;
}

/** The response's body, of an error that has one. */
export function bodyOf(error: unknown): unknown {
  return error instanceof errors.ResponseError ? error.body : undefined;
}

/**
 * Returns whether to ask another node, or the same a moment later, may help: the connection broke, or the node is too
 * busy.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof errors.TimeoutError) return false;
  const status = statusOf(error);
  return status === undefined ? error instanceof errors.ElasticsearchClientError : isBusy(status);
}

const isBusy = (status: number): boolean => status === 429 || (status >= 502 && status <= 504);

/**
 * Translates an error of the driver: to `unavailable` when Elasticsearch is not well, to `Unfit` when it says why it
 * refuses, and to `invalid_request` for a search that is too much for it. Any other error is returned as it is.
 */
export function translated(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const block = blockOf(bodyOf(error));
  if (block) return new Unfit(block, error);
  if (isTooMuch(error)) return new AppError('invalid_request', 'Search for fewer or shorter words', { cause: error });
  const status = statusOf(error);
  const isAway =
    status === undefined ? error instanceof errors.ElasticsearchClientError : status === 429 || status >= 500;
  return isAway ? unavailable('Elasticsearch', error) : error;
}

/**
 * Returns whether a search has more parts than this server takes (`max_clause_count`, which depends on its memory),
 * whatever the status.
 */
export const isTooMuch = (error: unknown): boolean =>
  statusOf(error) !== undefined &&
  /too_many(_nested)?_clauses|too_complex_to_determinize/.test(JSON.stringify(bodyOf(error)));

/** Nothing was ever built, or Elasticsearch has lost all it had. */
export const notBuilt = (): AppError => unavailable('the search index', new Error('it is not built yet'));
