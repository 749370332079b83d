import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';
import { errors } from '@elastic/elasticsearch';
import { tlsOptions } from '../../../../shared/config/tls.ts';
import { Unfit } from '../../../../shared/errors.ts';
import type { ElasticsearchTls } from '../../elasticsearch-config.ts';

/**
 * Returns, in PEM, the certificate that has the fingerprint among those that the first of these servers shows. It is
 * then the authority of every connection, and these are checked in full: to show a certificate proves nothing. Throws
 * `Unfit` if no server shows it.
 */
export async function findAuthority(nodes: string[], tls: ElasticsearchTls, timeoutMs: number): Promise<string> {
  const finding = nodes.map(async (node) => pemOf(await certificatesOf(new URL(node), tls, timeoutMs), tls));
  try {
    return await Promise.any(finding);
  } catch (error) {
    const { errors: failures } = error as AggregateError;
    const cause = failures[0] as Error;
    throw (
      failures.find((one) => one instanceof Unfit) ??
      Object.assign(new errors.ConnectionError(cause.message), { cause })
    );
  }
}

function pemOf(shown: PeerCertificate[], { fingerprint }: ElasticsearchTls): string {
  const found = shown.find(({ fingerprint256 }) => fingerprint256.replaceAll(':', '') === fingerprint);
  if (!found)
    throw new Unfit('Elasticsearch shows no certificate that has the SHA-256 in ELASTICSEARCH_CA_FINGERPRINT');
  // Deno gives the server's own as mere bytes.
  const lines = Buffer.from(found.raw)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

/** Returns whether a server speaks TLS. */
export const speaksTls = (url: URL, timeoutMs: number): Promise<boolean> =>
  certificatesOf(url, {}, timeoutMs).then(
    () => true,
    () => false,
  );

/** Returns the certificates that a server shows, its own first. Nothing is sent to it, and none is checked. */
function certificatesOf(url: URL, tls: ElasticsearchTls, timeoutMs: number): Promise<PeerCertificate[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return new Promise((resolve, reject) => {
    const name = isIP(host) ? {} : { servername: host };
    const socket = connect({ host, port, ...name, ...tlsOptions(tls), rejectUnauthorized: false });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      settle();
    };
    const timer = setTimeout(() => end(() => reject(new Error(`no TLS with ${url.host} in time`))), timeoutMs);
    socket
      .once('secureConnect', () => {
        const shown = chainOf(socket.getPeerCertificate(true));
        end(() => resolve(shown));
      })
      .on('error', (error) => end(() => reject(error)));
  });
}

type Shown = PeerCertificate & { issuerCertificate?: Shown };

/** A root is its own issuer. */
function chainOf(own: Shown): PeerCertificate[] {
  const chain: Shown[] = [];
  for (let at: Shown | undefined = own; at?.raw && !chain.includes(at); at = at.issuerCertificate) {
    if (chain.at(-1)?.fingerprint256 === at.fingerprint256) break;
    chain.push(at);
  }
  return chain;
}
