import { readFileSync } from 'node:fs';
import { type IncomingMessage, createServer as plainServer, request, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { stackAddress } from '../../shared/testing/stack.ts';
import type { KeyPair } from '../rig/certificates.ts';

/** What stands before Elasticsearch, whose own security is off in the tests. */
export type Gate = {
  port: number;
  /** How many requests it has passed on. */
  passed(): number;
  /** Closes it and all connections, as when a node dies. */
  close(): Promise<void>;
};

export type GateOptions = {
  /** What the server shows of itself; without it, it speaks no TLS. */
  certificate?: KeyPair;
  /** An authority's certificate, which is shown, too. */
  authority?: string;
  /** The authority that must have signed the certificate of a client. */
  clientsBy?: string;
  /** The Authorization header that is taken now; without it any or none. */
  login?: () => string;
  /** Refuses what this is true of, as to a user without the right. */
  forbids?: (path: string) => boolean;
};

/** Starts a server that checks who asks, as Elasticsearch does, and passes the rest on to the real one. */
export async function openGate({ certificate, authority, clientsBy, login, forbids }: GateOptions): Promise<Gate> {
  const behind = new URL(stackAddress('ELASTICSEARCH_ADDR').split(',')[0]!);
  let passed = 0;
  const answer = (asked: IncomingMessage, response: ServerResponse) => {
    if (login && asked.headers.authorization !== login()) return refuse(response, 401, 'unable to authenticate user');
    if (forbids?.(asked.url ?? '')) return refuse(response, 403, lacksMonitor);
    passed++;
    const { authorization, ...headers } = asked.headers;
    const onwards = { host: behind.hostname, port: behind.port, method: asked.method, path: asked.url, headers };
    const sent = request(onwards, (received) => {
      response.writeHead(received.statusCode ?? 502, received.headers);
      received.pipe(response);
    }).on('error', () => response.destroy());
    asked.pipe(sent);
  };
  const read = (path: string) => readFileSync(path, 'utf8');
  const server = certificate
    ? createServer(
        {
          cert: read(certificate.cert) + (authority ? read(authority) : ''),
          key: read(certificate.key),
          ...(clientsBy && { ca: read(clientsBy), requestCert: true, rejectUnauthorized: true }),
        },
        answer,
      )
    : plainServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const lacksMonitor =
  'action [cluster:monitor/health] is unauthorized for user [app], this action is granted by the cluster privileges [monitor,manage,all]';

function refuse(response: ServerResponse, status: number, reason: string): void {
  const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
  const error = { type: 'security_exception', reason };
  response.writeHead(status, headers).end(JSON.stringify({ error, status }));
}
