import { AddressError, partsOf } from '../../shared/config/addresses.ts';
import { ConfigError, checkAll } from '../../shared/config/config-error.ts';
import { address, type Secret, textOf, type Values, type Variable, v } from '../../shared/config/environment.ts';
import { httpParts } from '../../shared/config/server-addresses.ts';
import { checkPair, pemVariables, type TlsFiles } from '../../shared/config/tls.ts';

export const elasticsearchVariables = {
  ELASTICSEARCH_ADDR: {
    ...v.urls(
      'Elasticsearch 9 (http://user:password@host:port) for the search index; several with commas are nodes of one cluster. Without it the index lives in the search process',
    ),
    also: ['ELASTICSEARCH_URL'],
  },
  ELASTIC_CLOUD_ID: {
    ...address(cloudAddress, '', 'Elastic Cloud’s id of a deployment (name:…), in place of ELASTICSEARCH_ADDR'),
    also: ['ELASTICSEARCH_CLOUD_ID'],
  },
  ELASTICSEARCH_API_KEY: apiKey(
    'API key of Elasticsearch, as it was shown encoded or as id:key, in place of a user and password',
  ),
  ELASTICSEARCH_USERNAME: v.text('', 'Elasticsearch user, unless ELASTICSEARCH_ADDR has one'),
  ELASTICSEARCH_PASSWORD: v.secret('', 'Password of that user'),
  ...pemVariables('ELASTICSEARCH', 'Elasticsearch'),
  ELASTICSEARCH_CA_FINGERPRINT: v.matching(
    /^(?:[\da-f]{2}(?::?[\da-f]{2}){31})?$/i,
    'must be a SHA-256 in hexadecimal: 64 digits, with colons or without',
    '',
    'SHA-256 of that authority’s certificate, which Elasticsearch prints at its first start, in place of its file',
  ),
  ELASTICSEARCH_INDEX: v.matching(
    /^[a-z0-9][a-z0-9_-]{0,99}$/,
    'must be up to 100 small letters, digits, - and _, not beginning with - or _',
    'onsale-events',
    'Name of the index in Elasticsearch; each platform on one cluster needs its own',
  ),
};

/** The login of a client: `authorization` returns the header as it is now, `names` the variables it is from. */
export type Login = { authorization: () => string; names: string };

/** `fingerprint` is the SHA-256 of an authority's certificate, in capital letters without colons. */
export type ElasticsearchTls = TlsFiles & { fingerprint?: string | undefined };

/** Where Elasticsearch is, and how a client gets in. */
export type ElasticsearchConfig = {
  /** http(s) addresses of nodes of one cluster, without a user and password; `named` is the variable they are from. */
  nodes: string[];
  named?: string;
  /** The name of the index there. */
  index: string;
  login?: Login | undefined;
  tls?: ElasticsearchTls;
};

type Given = Values<typeof elasticsearchVariables>;

/**
 * Returns Elasticsearch’s part of a service’s variables; undefined when there is none. Throws `ConfigError` for
 * variables that contradict each other.
 */
export function elasticsearchConfig(values: Given): ElasticsearchConfig | undefined {
  const { ELASTICSEARCH_ADDR: addresses, ELASTIC_CLOUD_ID: cloud } = values;
  if (addresses.length === 0 && !cloud) return undefined;
  const written = addresses.map(partsOf).map(({ user, password }) => ({ user, password }))[0];
  const tls = tlsOf(values);
  checkAll([
    () => checkLogin(values, written),
    () => checkTls(values, tls),
    () => refuseBoth(values, 'ELASTICSEARCH_ADDR', 'ELASTIC_CLOUD_ID', 'each names a cluster'),
  ]);
  return {
    nodes: cloud ? [cloud] : addresses.map((one) => one.replace(/\/\/[^/@]*@/, '//')),
    named: cloud ? 'ELASTIC_CLOUD_ID' : 'ELASTICSEARCH_ADDR',
    index: values.ELASTICSEARCH_INDEX,
    login: loginOf(values, written),
    tls,
  };
}

/** A user and password in the address; both are empty when it has none. */
type Written = { user: string; password: string } | undefined;

function checkLogin(values: Given, written: Written): void {
  const { ELASTICSEARCH_USERNAME: user, ELASTICSEARCH_PASSWORD: password, ELASTICSEARCH_API_KEY: key } = values;
  const names = 'ELASTICSEARCH_USERNAME, ELASTICSEARCH_PASSWORD';
  if (key && (user || password)) throw new ConfigError([`ELASTICSEARCH_API_KEY, ${names}: set the key or the user`]);
  if (user.includes(':')) throw new ConfigError(['ELASTICSEARCH_USERNAME: must have no : in it']);
  if (!written?.user) {
    if ((user === '') !== (password === '')) throw new ConfigError([`${names}: set both, or neither`]);
    return;
  }
  const isSame = (!user || user === written.user) && (!password || textOf(password) === written.password);
  if (!key && isSame) return;
  const other = key ? 'ELASTICSEARCH_API_KEY' : names;
  throw new ConfigError([`ELASTICSEARCH_ADDR, ${other}: each is another login: write it in one of them`]);
}

function loginOf(values: Given, written: Written): Login | undefined {
  const { ELASTICSEARCH_USERNAME: user, ELASTICSEARCH_PASSWORD: password, ELASTICSEARCH_API_KEY: key } = values;
  if (key) return { authorization: () => `ApiKey ${encoded(textOf(key))}`, names: 'ELASTICSEARCH_API_KEY' };
  if (user && password) {
    const names = 'ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD';
    return { authorization: () => basic(user, textOf(password)), names };
  }
  if (!written?.user) return undefined;
  return { authorization: () => basic(written.user, written.password), names: 'ELASTICSEARCH_ADDR' };
}

const basic = (user: string, password: string) => `Basic ${base64(`${user}:${password}`)}`;

/** The encoded form of a key has no colon. */
const encoded = (key: string) => (key.includes(':') ? base64(key) : key);

const base64 = (text: string) => Buffer.from(text).toString('base64');

function tlsOf(values: Given): ElasticsearchTls {
  return {
    ca: values.ELASTICSEARCH_CA,
    cert: values.ELASTICSEARCH_CERT,
    key: values.ELASTICSEARCH_KEY,
    fingerprint: values.ELASTICSEARCH_CA_FINGERPRINT.replaceAll(':', '').toUpperCase() || undefined,
  };
}

const ofTls = [
  'ELASTICSEARCH_CA',
  'ELASTICSEARCH_CA_FINGERPRINT',
  'ELASTICSEARCH_CERT',
  'ELASTICSEARCH_KEY',
] as const satisfies (keyof Given)[];

function checkTls(values: Given, tls: ElasticsearchTls): void {
  refuseBoth(values, 'ELASTICSEARCH_CA', 'ELASTICSEARCH_CA_FINGERPRINT', 'each names an authority');
  const set = ofTls.filter((name) => values[name]);
  if (set.length > 0 && values.ELASTICSEARCH_ADDR[0]?.startsWith('http:')) {
    throw new ConfigError([`${set.join(', ')}: is for TLS: write https:// in ELASTICSEARCH_ADDR`]);
  }
  checkPair(tls, { cert: 'ELASTICSEARCH_CERT', key: 'ELASTICSEARCH_KEY' });
}

function refuseBoth(values: Given, one: keyof Given, other: keyof Given, why: string): void {
  if (isSet(values[one]) && isSet(values[other])) throw new ConfigError([`${one}, ${other}: ${why}: set one of them`]);
}

const isSet = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

/** Returns the address in a cloud id: `name:` and, in base64, `host$id of Elasticsearch$id of Kibana`; or none. */
function cloudAddress(text: string): string {
  if (text === '') return '';
  const coded = /^[^\s]*:([\w+/]+=*)$/.exec(text)?.[1];
  if (!coded) throw new AddressError('must be a cloud id as Elastic Cloud shows it: name:letters and digits');
  const [, host, port = '443', id, ownPort = port] =
    /^([\w.-]+)(?::(\d+))?\$([\w.-]+)(?::(\d+))?(?:\$|$)/.exec(Buffer.from(coded, 'base64').toString()) ?? [];
  if (!host || !id) throw new AddressError('must be a whole cloud id: there is no host of Elasticsearch in it');
  const url = `https://${id}.${host}:${ownPort}`;
  httpParts(partsOf(url));
  return url;
}

function apiKey(meaning: string): Variable<Secret> {
  const secret = v.secret('', meaning);
  return { ...secret, read: secret.read.refine((key) => /^[!-~]*$/.test(key as string), 'must have no blanks in it') };
}
