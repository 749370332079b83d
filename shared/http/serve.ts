import type { Address, ServerConfig } from '../config.ts';

export type Server = {
  port: number;
  /** Takes no new connection, lets the requests under way finish for at most `drainMs`, then closes. */
  stop(drainMs: number): Promise<void>;
};

type Fetch = (request: Request) => Response | Promise<Response>;

/** Thrown when an address is taken or not ours; the message names the variable that moves it. */
export class ListenError extends Error {}

declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(): void; signal: AbortSignal },
    fetch: Fetch,
  ): { addr: { port: number }; shutdown(): Promise<void> };
};

/** Listens on Bun or on Deno, whichever runs this. `variable` is what the operator sets to move the address. */
export function serve(fetch: Fetch, address: Address, variable: string, config: ServerConfig): Server {
  try {
    return 'Bun' in globalThis ? serveOnBun(fetch, address, config) : serveOnDeno(fetch, address);
  } catch (error) {
    const at = `${address.host}:${address.port}`;
    throw new ListenError(`Can't listen on ${at}: ${reason(error)}. Set ${variable} to another address.`, {
      cause: error,
    });
  }
}

function serveOnBun(fetch: Fetch, { host, port }: Address, config: ServerConfig): Server {
  const server = Bun.serve({
    fetch,
    hostname: host,
    port,
    idleTimeout: Math.min(255, Math.ceil(Math.max(config.readTimeoutMs, config.writeTimeoutMs) / 1000)),
    maxRequestBodySize: 8 * 1024 * 1024,
    development: false,
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

function serveOnDeno(fetch: Fetch, { host, port }: Address): Server {
  const abort = new AbortController();
  const server = Deno.serve({ hostname: host, port, onListen: () => {}, signal: abort.signal }, fetch);
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
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE' || (error instanceof Error && error.name === 'AddrInUse')) return 'the port is taken';
  return error instanceof Error ? error.message : String(error);
};
