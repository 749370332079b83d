import { errors } from '@elastic/elasticsearch';
import { tlsTrouble } from '../../../../shared/config/tls.ts';
import { Unfit } from '../../../../shared/errors.ts';
import type { ElasticsearchConfig, Login } from '../../elasticsearch-config.ts';
import { blockOf } from './fitness.ts';
import { speaksTls } from './handshake.ts';

const lookMs = 500;

/** Returns why a server and this client do not come together, with the variable to mend; undefined for another error. */
export async function refusalOf(error: unknown, config: ElasticsearchConfig): Promise<Unfit | undefined> {
  if (error instanceof Unfit || !(error instanceof errors.ElasticsearchClientError)) return undefined;
  const reason = error instanceof errors.ResponseError ? loginTrouble(error, config.login) : await noTls(error, config);
  return reason ? new Unfit(reason, error) : undefined;
}

function loginTrouble({ statusCode, body }: errors.ResponseError, login: Login | undefined): string | undefined {
  if (statusCode === 401) {
    return login
      ? `Elasticsearch does not take the login in ${login.names}`
      : 'Elasticsearch asks for a login: set ELASTICSEARCH_API_KEY, or ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD';
  }
  if (statusCode !== 403 || blockOf(body)) return undefined;
  return `Elasticsearch does not let ${login ? `the login in ${login.names}` : 'a client without a login'} do what is needed${lacking(body)}`;
}

/** Elasticsearch ends its reason with the privileges that would do, the least first. */
function lacking(body: unknown): string {
  const [, kind, names = ''] =
    /granted by the (index|cluster) privileges \[([\w,:]+)\]/.exec(JSON.stringify(body)) ?? [];
  return kind ? `: it lacks the ${kind} privilege ${names.split(',')[0]}` : '';
}

async function noTls(error: errors.ElasticsearchClientError, config: ElasticsearchConfig): Promise<string | undefined> {
  const { named = 'ELASTICSEARCH_ADDR', tls, nodes } = config;
  const ca = tls?.fingerprint ? 'ELASTICSEARCH_CA_FINGERPRINT' : 'ELASTICSEARCH_CA';
  const trouble = tlsTrouble('Elasticsearch', error, { address: named, tls: named, ca, cert: 'ELASTICSEARCH_CERT' });
  if (trouble) return trouble;
  // A server that speaks only TLS ends the connection; so does one that is going down.
  const isPlain = nodes[0]?.startsWith('http:') && isReset(error);
  if (!isPlain || !(await Promise.all(nodes.map((node) => speaksTls(new URL(node), lookMs)))).includes(true)) return;
  return `Elasticsearch speaks only TLS there: write https:// in ${named}`;
}

const isReset = (error: Error): boolean => /ECONNRESET|socket hang up/.test(`${error.message} ${error.cause}`);
