import { type Client, errors } from '@elastic/elasticsearch';
import { Unfit } from '../../../../shared/errors.ts';

const oldestMajor = 9;
const needed = `Elasticsearch ${oldestMajor} or newer is needed`;

type Greeting = { version?: { number?: string; distribution?: string; build_flavor?: string } };

/** An older one refuses the driver's own media types before it tells anything. */
const headers = { accept: 'application/json', 'content-type': 'application/json' };

/**
 * Throws `Unfit` unless a new enough Elasticsearch responds, and the driver's error when none does. One that does not
 * let its user ask for its version may be used.
 */
export async function expectFit(client: Client, timeoutMs: number): Promise<void> {
  const look = { method: 'GET', path: '/' } as const;
  try {
    const { version } = await client.transport.request<Greeting>(look, { requestTimeout: timeoutMs, headers });
    if (version?.build_flavor === 'serverless') throw new Unfit(`${needed}; this is Elasticsearch Serverless`);
    if (Number.parseInt(version?.number ?? '', 10) < oldestMajor) throw instead('Elasticsearch', version);
  } catch (error) {
    if (error instanceof errors.ProductNotSupportedError)
      throw instead('another server', await greeting(client, timeoutMs));
    if (!(error instanceof errors.ResponseError) || error.statusCode !== 403) throw error;
  }
}

/** Asks a server that does not name itself for its version: the driver refuses its greeting unread. */
async function greeting({ connectionPool }: Client, timeoutMs: number): Promise<Greeting['version']> {
  const asked = { requestId: 'greeting', name: 'greeting', context: null };
  try {
    const connection = connectionPool.getConnection({ ...asked, now: Date.now() });
    const { body } = await connection!.request({ method: 'GET', path: '/', headers }, { ...asked, timeout: timeoutMs });
    return (JSON.parse(String(body)) as Greeting).version;
  } catch {
    return undefined;
  }
}

function instead(name: string, { number = '', distribution }: Greeting['version'] & object = {}): Unfit {
  const version = /^\d+\.[\w.-]{1,30}$/.test(number) ? ` ${number}` : '';
  const product = distribution === 'opensearch' ? 'OpenSearch' : version ? 'Elasticsearch' : name;
  return new Unfit(`${needed}; this is ${product}${version}`);
}

/** Returns why a server takes no changes, of a response that says so. */
export function blockOf(body: unknown): string | undefined {
  const text = JSON.stringify(body ?? '');
  return text.includes('cluster_block_exception') ? blocked(text) : undefined;
}

/** The meaning of each block of writes, for an operator. */
export const blocked = (text: string): string =>
  /flood-stage|read-only-allow-delete|read_only_allow_delete/.test(text)
    ? 'Elasticsearch takes no changes for the index: its disk is full'
    : 'Elasticsearch takes no changes for the index: it is blocked by a setting';
