import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { RedisConfig } from '../../shared/config/config.ts';
import { freePorts } from '../../shared/process/free-port.ts';
import { eventually } from '../../shared/testing/eventually.ts';
import { startCluster } from '../../shared/testing/redis-cluster.ts';
import { type OwnRedis, startRedis } from '../../shared/testing/redis-server.ts';
import type { Certificates, KeyPair } from './certificates.ts';

/**
 * A Redis that listens with TLS at `tlsPort`, and asks each client for a certificate; its plain port is the test's own
 * way to it, as the user default.
 */
export type TlsRedis = OwnRedis & { tlsPort: number };

const tls = ({ ca }: Certificates, { cert, key }: KeyPair) => ({
  'tls-cert-file': cert,
  'tls-key-file': key,
  'tls-ca-cert-file': ca,
});

const options = (given: Record<string, string>) =>
  Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);

export async function startTlsRedis(
  made: Certificates,
  { shown = made.server, more = {} }: { shown?: KeyPair; more?: Record<string, string> } = {},
): Promise<TlsRedis> {
  const [tlsPort = 0] = await freePorts(1);
  const server = await startRedis(...options({ 'tls-port': String(tlsPort), ...tls(made, shown), ...more }));
  return { ...server, tlsPort };
}

/** The configuration of a client with a certificate. */
export function tlsConfig({ ca, client }: Certificates, ...nodes: string[]): Pick<RedisConfig, 'nodes' | 'tls'> {
  const file = (path: string) => ({ path, text: () => readFileSync(path, 'utf8') });
  return { nodes, tls: { ca: file(ca), cert: file(client.cert), key: file(client.key) } };
}

/** Starts a cluster with TLS whose nodes name themselves to clients by `localhost`, which alone their certificate has. */
export async function startTlsCluster(made: Certificates) {
  const tlsPorts = await freePorts(3);
  const named = { 'cluster-announce-hostname': 'localhost', 'cluster-preferred-endpoint-type': 'hostname' };
  const cluster = await startCluster(
    tlsPorts.map((port) => options({ 'tls-port': String(port), ...tls(made, made.byName), ...named })),
  );
  return { ...cluster, tlsPorts };
}

const replication = { 'tls-replication': 'yes' };
const sentinelPassword = 'sentinels-own';

/** Starts a primary, a replica and a Sentinel with a password, which speak TLS among each other. */
export async function startSentinel(made: Certificates) {
  const primary = await startTlsRedis(made, { more: replication });
  const replica = await startTlsRedis(made, {
    more: { ...replication, replicaof: `127.0.0.1 ${primary.tlsPort}` },
  });
  const { node, ask, stop } = await startSentinelOf(made, primary.tlsPort, 500);
  // Only of a replica that it knows well can it make a primary.
  await eventually(async () => {
    const known = JSON.stringify(await ask('REPLICAS', 'seats'));
    if (!known.includes('"master-link-status","ok"')) throw new Error(known);
  }, 30_000);
  return {
    node,
    password: sentinelPassword,
    primary,
    replica,
    ask,
    async stop() {
      await stop();
      await Promise.all([primary.stop(), replica.stop()]);
    },
  };
}

/** Starts a Sentinel that takes the server at a port for the primary until that has been away for `downAfterMs`. */
export async function startSentinelOf(made: Certificates, primaryPort: number, downAfterMs: number) {
  const dir = await mkdtemp(join(tmpdir(), 'onsale-sentinel-'));
  const [port = 0, tlsPort = 0] = await freePorts(2);
  const settings = {
    port: String(port),
    'tls-port': String(tlsPort),
    bind: '127.0.0.1',
    dir,
    ...tls(made, made.server),
    ...replication,
    requirepass: sentinelPassword,
    'sentinel monitor': `seats 127.0.0.1 ${primaryPort} 1`,
    'sentinel down-after-milliseconds': `seats ${downAfterMs}`,
    'sentinel failover-timeout': 'seats 3000',
  };
  const file = join(dir, 'sentinel.conf');
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  await writeFile(file, lines.join(''));
  const child = spawn(process.env.REDIS_SERVER!, [file, '--sentinel'], { stdio: 'ignore' });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const ask = async (...args: string[]): Promise<unknown> => {
    const client = new Redis({ host: '127.0.0.1', port, password: sentinelPassword, retryStrategy: () => null });
    client.on('error', () => {});
    return client.call('SENTINEL', ...args).finally(() => client.disconnect());
  };
  await eventually(() => ask('GET-MASTER-ADDR-BY-NAME', 'seats'));
  return {
    node: `localhost:${tlsPort}`,
    ask,
    async stop() {
      child.kill('SIGKILL');
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
