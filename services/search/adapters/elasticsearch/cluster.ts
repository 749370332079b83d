import { Client, errors, HttpConnection } from '@elastic/elasticsearch';
import type { ElasticsearchConfig } from '../../../../shared/config.ts';
import { AppError, unavailable } from '../../../../shared/errors.ts';

export type Request = { method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'; path: string; body?: unknown };

/** One node or several of Elasticsearch. */
export type Cluster = {
  /** One attempt, on one node. Throws the driver's errors, which `translated` turns into ours. */
  call<T>(request: Request, timeoutMs: number): Promise<T>;
  /** The same with a body that is already text, one JSON value a line. */
  send<T>(path: string, lines: string, timeoutMs: number): Promise<T>;
  close(): Promise<void>;
};

/** Connects when first asked. */
export function openCluster({ nodes }: ElasticsearchConfig): Cluster {
  // Bun can't do what the client's usual connection needs; retries are ours, for they must be bounded in time.
  const client = new Client({ nodes, Connection: HttpConnection, maxRetries: 0 });
  return {
    call: ({ method, path, body }, timeoutMs) =>
      client.transport.request(
        { method, path, ...(body !== undefined && { body: body as Record<string, unknown> }) },
        { requestTimeout: timeoutMs },
      ),
    send: (path, lines, timeoutMs) =>
      client.transport.request({ method: 'POST', path, bulkBody: lines }, { requestTimeout: timeoutMs }),
    close: () => client.close(),
  };
}

/** The status of Elasticsearch's answer; undefined when none came. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof errors.ResponseError ? error.statusCode : undefined;
}

/** The answer's body, of an error that has one. */
export function bodyOf(error: unknown): unknown {
  return error instanceof errors.ResponseError ? error.body : undefined;
}

/** Whether to ask another node, or the same a moment later, may help: the connection broke, or the node is too busy. */
export function isPassing(error: unknown): boolean {
  if (error instanceof errors.TimeoutError) return false;
  const status = statusOf(error);
  return status === undefined ? error instanceof errors.ElasticsearchClientError : isBusy(status);
}

export const isBusy = (status: number): boolean => status === 429 || (status >= 502 && status <= 504);

/** `unavailable` for what a healthy Elasticsearch would not have answered; else the error as it is, for it is ours. */
export function translated(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const status = statusOf(error);
  const isAway =
    status === undefined ? error instanceof errors.ElasticsearchClientError : status === 429 || status >= 500;
  return isAway ? unavailable('Elasticsearch', error) : error;
}

/** Nothing was ever built, or Elasticsearch has lost all it had. */
export const notBuilt = (): AppError => unavailable('the search index', new Error('it is not built yet'));
