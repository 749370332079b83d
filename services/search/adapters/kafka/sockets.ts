import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { type TlsFiles, tlsOptions } from '../../../../shared/config/tls.ts';

const keepAliveMs = 60_000;

/**
 * Makes connections to brokers, over TLS if `tls` is given, by what its files hold at that moment. One on which TLS is
 * not agreed within `patienceMs` is destroyed: kafkajs only closes its own half, and then a hung broker keeps it.
 */
export const socketsTo =
  (tls: TlsFiles | undefined, patienceMs: number): ISocketFactory =>
  ({ host, port, onConnect }) => {
    const socket = tls ? secured(tls, { host, port }, patienceMs, onConnect) : connect({ host, port }, onConnect);
    return socket.setKeepAlive(true, keepAliveMs);
  };

function secured(tls: TlsFiles, at: { host: string; port: number }, patienceMs: number, onConnect: () => void): Socket {
  const named = isIP(at.host) === 0 ? { servername: at.host } : {};
  const socket = connectTls({ ...at, ...named, ...tlsOptions(tls) }, () => {
    clearTimeout(late);
    onConnect();
  });
  const late = setTimeout(() => socket.destroy(new Error(`no TLS within ${patienceMs} ms`)), patienceMs);
  return socket.once('close', () => clearTimeout(late));
}
