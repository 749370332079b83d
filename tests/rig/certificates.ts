import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type KeyPair = { cert: string; key: string };

/** PEM files of one test run, all below `dir`: an authority, and what it has signed. */
export type Certificates = {
  dir: string;
  /** The authority that has signed all of these but `stranger`. */
  ca: string;
  /** For localhost and 127.0.0.1. */
  server: KeyPair;
  /** For localhost alone, and not for its IP addresses. */
  byName: KeyPair;
  /** For a host of another name. */
  misnamed: KeyPair;
  /** For localhost, but of the past. */
  expired: KeyPair;
  /** For a client, whose common name is `app`. */
  client: KeyPair;
  /** An authority that has signed nothing here; with its own certificate and key. */
  stranger: KeyPair;
  /** For localhost and 127.0.0.1, signed by itself. */
  alone: KeyPair;
  remove(): Promise<void>;
};

/** Makes certificates with `openssl`, all with keys on the curve P-256, valid for a day. */
export async function makeCertificates(): Promise<Certificates> {
  const dir = await mkdtemp(join(tmpdir(), 'onsale-certificates-'));
  const run = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: dir });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const pair = (name: string): KeyPair => ({ cert: join(dir, `${name}.crt`), key: join(dir, `${name}.key`) });

  async function authority(name: string, altNames = ''): Promise<KeyPair> {
    const { cert, key } = pair(name);
    const names = altNames ? ['-addext', `subjectAltName=${altNames}`] : [];
    await run('req', '-x509', ...curve, '-keyout', key, '-out', cert, '-days', '1', '-subj', `/CN=${name}`, ...names);
    return { cert, key };
  }

  async function signed(name: string, commonName: string, altNames: string, days = 1): Promise<KeyPair> {
    const { cert, key } = pair(name);
    const [request, extensions] = [join(dir, `${name}.csr`), join(dir, `${name}.ext`)];
    await writeFile(extensions, `subjectAltName=${altNames}\n`);
    await run('req', ...curve, '-keyout', key, '-out', request, '-subj', `/CN=${commonName}`);
    const by = ['-CA', join(dir, 'ca.crt'), '-CAkey', join(dir, 'ca.key'), '-CAcreateserial'];
    await run('x509', '-req', '-in', request, ...by, '-out', cert, '-days', String(days), '-extfile', extensions);
    return { cert, key };
  }

  const { cert: ca } = await authority('ca');
  const here = 'DNS:localhost,IP:127.0.0.1';
  return {
    dir,
    ca,
    server: await signed('server', 'localhost', here),
    byName: await signed('by-name', 'localhost', 'DNS:localhost'),
    misnamed: await signed('misnamed', 'db.example', 'DNS:db.example'),
    expired: await signed('expired', 'localhost', here, 0),
    client: await signed('client', 'app', 'DNS:app'),
    stranger: await authority('stranger'),
    alone: await authority('alone', here),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
