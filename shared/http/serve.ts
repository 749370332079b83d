import { sleep } from '../async/clock.ts';
import type { ServerConfig } from '../config/config.ts';
import type { Address } from '../config/environment.ts';
import { codeOf } from '../errors.ts';
import { ListenError } from '../process/lifecycle.ts';
import type { Connection } from './env.ts';
import { withoutLength } from './head.ts';
import { whereTaken } from './ports.ts';
import { withWholeUrlOnBun, withWholeUrlOnDeno } from './target.ts';

export type Server = {
  port: number;
  /**
   * Asks clients to close their connections until no request has come for a moment, then takes no new connection and
   * lets the requests under way finish. Closes after `drainMs` at the latest; half of it is for late requests.
   */
  stop(drainMs: number): Promise<void>;
};

/** Handles a request of a connection; Bun has the connection's address in its server, and Deno beside the request. */
type Fetch = (request: Request, connection: Connection) => Response | Promise<Response>;

declare const Deno: {
  serve(
    options: { hostname: string; port: number; reusePort: boolean; onListen(): void; signal: AbortSignal },
    fetch: Fetch,
  ): { addr: { port: number }; shutdown(): Promise<void> };
};

/**
 * Listens on Bun or on Deno, whichever runs this. The operator sets the address by `variable`. Throws `ListenError` if
 * another program would get a part of the requests, unless `config` lets processes share a port.
 */
export async function serve(fetch: Fetch, address: Address, variable: string, config: ServerConfig): Promise<Server> {
  let handle = fetch;
  const turned: Fetch = (request, connection) =>
    request.method === 'HEAD' ? withoutLength(handle(request, connection)) : handle(request, connection);
  const at = `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
  const refuse = (why: string, cause?: unknown) => {
    throw new ListenError(`Can't listen on ${at}: ${why}. Set ${variable} to another address.`, { cause });
  };
  const taken = config.reusePort ? undefined : await whereTaken(address).catch((error) => refuse(reason(error), error));
  if (taken) refuse(taken === address.host ? 'the port is taken' : `the port is taken at ${taken}`);
  try {
    const server = 'Bun' in globalThis ? serveOnBun(turned, address, config) : serveOnDeno(turned, address, config);
    return {
      port: server.port,
      async stop(drainMs) {
        const endsAt = performance.now() + drainMs;
        const leaving = askToClose(fetch);
        handle = leaving.fetch;
        await leaving.quiet(drainMs / 2);
        await server.stop(Math.max(0, endsAt - performance.now()));
      },
    };
  } catch (error) {
    return refuse(reason(error), error);
  }
}

/** A connection that is idle for so long can be closed without cutting a request. */
const quietMs = 100;

/**
 * Handles requests as before, and asks each client to close its connection (RFC 9112, section 9.6): a connection that
 * the server closes by itself may carry the next request already, which then fails.
 */
function askToClose(fetch: Fetch) {
  let cameAt = performance.now();
  return {
    async fetch(request: Request, connection: Connection) {
      cameAt = performance.now();
      const response = await fetch(request, connection);
      response.headers.set('Connection', 'close');
      return response;
    },
    /** Resolves when no request has come for a moment, or `patienceMs` are over. */
    async quiet(patienceMs: number) {
      const endsAt = performance.now() + patienceMs;
      while (performance.now() < Math.min(endsAt, cameAt + quietMs)) await sleep(10);
    },
  };
}

/** The runtime refuses more by itself; the least that a plan of seats may need, and a little. */
const mostBytes = 33 * 1024 * 1024;

/** Bun 1.4 checks every four seconds, and with a shorter timeout it cuts connections that are in use. */
const minIdleS = 5;

function serveOnBun(fetch: Fetch, { host, port }: Address, config: ServerConfig): Server {
  const longer = Math.max(config.readTimeoutMs, config.writeTimeoutMs);
  // A handler that takes the server as its second argument costs 3 % more of a small request.
  const connection: Connection = { requestIP: (request) => server.requestIP(request) };
  const server = Bun.serve({
    fetch: (request: Request) => fetch(withWholeUrlOnBun(request), connection),
    hostname: host,
    port,
    idleTimeout: Math.min(255, Math.max(minIdleS, Math.ceil(longer / 1000))),
    maxRequestBodySize: mostBytes,
    development: false,
    // On by default: a second process would listen on the same port, and take half of the requests.
    reusePort: config.reusePort,
  });
  return {
    port: server.port ?? port,
    async stop(drainMs) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, drainMs);
      });
      await Promise.race([server.stop(), late]);
      clearTimeout(timer);
      await server.stop(true);
    },
  };
}

function serveOnDeno(fetch: Fetch, { host, port }: Address, { reusePort }: ServerConfig): Server {
  const abort = new AbortController();
  const server = Deno.serve(
    { hostname: host, port, reusePort, onListen: () => {}, signal: abort.signal },
    (request, connection) => fetch(withWholeUrlOnDeno(request), connection),
  );
  return {
    port: server.addr.port,
    async stop(drainMs) {
      const timer = setTimeout(() => abort.abort(), drainMs);
      await server.shutdown();
      clearTimeout(timer);
    },
  };
}

const reason = (error: unknown) => {
  if (codeOf(error) === 'EADDRINUSE' || (error instanceof Error && error.name === 'AddrInUse'))
    return 'the port is taken';
  return error instanceof Error ? error.message : String(error);
};
