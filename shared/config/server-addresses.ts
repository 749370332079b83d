import {
  AddressError,
  eachOf,
  hostAndPort,
  inUrl,
  isHost,
  type Parts,
  partsOf,
  refuseMore,
  theOne,
} from './addresses.ts';

/** An address to listen at. */
export type Address = { host: string; port: number };

/** "host:port", or ":port" of `usualHost`. */
export function listenAddress(text: string, usualHost: string): Address {
  const form = 'must be host:port or :port';
  if (/^\d+$/.test(text) && Number(text) <= maxPort) throw new AddressError(`${form}: write :${text}`);
  const [, port] = /^[^@]*?:?(\d+)$/.exec(text) ?? [];
  if (Number(port ?? 0) > maxPort) throw new AddressError(`${form}, with a port up to ${maxPort}`);
  const parts = text === `:${port}` ? { host: usualHost, port: Number(port) } : listenParts(text);
  if (!parts) throw new AddressError(form);
  return parts;
}

const maxPort = 65_535;

/** Returns whether two servers can't listen at both: the same port, and a common host. Port 0 is any free one. */
export function collide(a: Address, b: Address): boolean {
  if (a.port === 0 || a.port !== b.port) return false;
  const hosts = [a.host, b.host].map((host) => (host === 'localhost' ? '127.0.0.1' : host));
  return hosts[0] === hosts[1] || hosts.some((host) => host === '0.0.0.0' || host === '::');
}

function listenParts(text: string): Address | undefined {
  try {
    const { scheme, user, password, host, port, path, query, fragment } = partsOf(text);
    if (scheme || user || password || path || query || fragment || port === undefined) return undefined;
    return { host, port };
  } catch {
    return undefined;
  }
}

/** A host, or the folder of a socket; `port` and `url` name the variables for the rest. */
export function hostAlone(text: string, { port, url }: { port: string; url: string }): string {
  if (text === '' || /^\/[^\s,?#@:\\]*$/.test(text)) return text;
  if (text.includes('://') || text.includes('@')) {
    throw new AddressError(`must be a host alone, not an address: write its parts into ${url}`);
  }
  if (/\s/.test(text)) throw new AddressError('must have no blanks in it');
  if (text.includes(',')) throw new AddressError('must be one host');
  const host = text.replace(/^\[(.*)\]$/, '$1');
  if (isHost(host)) return host;
  if (/:\d+$/.test(text)) throw new AddressError(`must be a host alone: write its port into ${port}`);
  throw new AddressError('must be a host’s name or IP address');
}

/** A host, or the folder of a socket; the port where the text names one. */
export type HostAndPort = { host: string; port: number | undefined };

/**
 * Parses one or more hosts with commas between, each with its port or without; or none. `port` and `url` name the
 * variables for the rest.
 */
export function postgresHosts(text: string, names: { port: string; url: string }): HostAndPort[] {
  if (text === '') return [];
  if (text.includes('://') || text.includes('@')) return [{ host: hostAlone(text, names), port: undefined }];
  return text.split(',').map((one, i, { length }) => {
    if (length > 1 && one.startsWith('/')) throw new AddressError('must have the folder of a socket alone');
    if (length > 1 && one === '') throw new AddressError(`must have a host at place ${i + 1} of ${length}`);
    const [, host, port] = /^([^:]+|\[[^\]]+\]):(\d+)$/.exec(one) ?? [];
    if (host === undefined) return { host: hostAlone(one, names), port: undefined };
    if (Number(port) < 1 || Number(port) > maxPort) throw new AddressError(`must have a port from 1 to ${maxPort}`);
    return { host: hostAlone(host, names), port: Number(port) };
  });
}

/**
 * Nodes as host:port; a cluster has several. What the address does not name is undefined: the login, the database, and
 * whether it is with TLS.
 */
export type RedisAddress = {
  nodes: string[];
  username?: string | undefined;
  password?: string | undefined;
  database?: number | undefined;
  tls?: boolean | undefined;
};

const redisForm = 'host:port or rediss://user:password@host:port/database';

/** One node of Redis, or those of a cluster; or none. */
export function redisAddress(text: string): RedisAddress {
  if (text === '') return { nodes: [] };
  const nodes = eachOf(text, redisNode);
  const common = (part: 'scheme' | 'user' | 'password' | 'database', what: string) =>
    theOne(
      nodes.map((one) => one[part]),
      what,
    ) || undefined;
  const [username, password] = [common('user', 'user'), common('password', 'password')];
  const database = common('database', 'database');
  const scheme = common('scheme', 'protocol, redis:// or rediss://,');
  return {
    nodes: nodes.map(({ node }) => node),
    username,
    password,
    database: database === undefined ? undefined : Number(database),
    tls: scheme === undefined ? undefined : scheme === 'rediss',
  };
}

function redisNode(parts: Parts) {
  const { scheme, user, password, path } = parts;
  if (!['', 'redis', 'rediss'].includes(scheme)) {
    const sentinel = scheme.includes('sentinel') ? ', and Sentinel’s processes into REDIS_SENTINELS' : '';
    throw new AddressError(`must not begin with ${scheme}://; write ${redisForm}${sentinel}`);
  }
  if (scheme === '' && (user || password))
    throw new AddressError(`must have redis:// before its password; write ${redisForm}`);
  const [, database] = (scheme && /^\/(\d{0,2})$/.exec(path)) || [];
  refuseMore({ ...parts, path: database === undefined ? path : '' }, redisForm);
  if (Number(database ?? 0) > 15) throw new AddressError('must have a database from 0 to 15');
  const node = hostAndPort(parts, redisForm, scheme ? 6379 : undefined);
  return { node, scheme, user, password, database: database ?? '' };
}

/** The processes of Sentinel, as host:port; or none. */
export function sentinelNodes(text: string): string[] {
  if (text === '') return [];
  const form = 'host:port';
  return eachOf(text, (parts) => {
    if (parts.scheme) throw new AddressError(`must not begin with ${parts.scheme}://; write ${form}`);
    if (parts.user || parts.password) throw new AddressError(`must have no login: set REDIS_SENTINEL_PASSWORD`);
    refuseMore(parts, form);
    return hostAndPort(parts, form, 26_379);
  });
}

/** Parses http(s) addresses of one server; or none. */
export function httpAddresses(text: string): string[] {
  if (text === '') return [];
  const nodes = eachOf(text, (parts) => {
    const { user, password, query, scheme } = httpParts(parts);
    if (query) throw new AddressError('must have nothing behind ?');
    if ((user === '') !== (password === '')) throw new AddressError('must have both a user and a password, or neither');
    return { login: `${user}\n${password}`, scheme };
  });
  // The same login is sent to all of them.
  theOne(
    nodes.map(({ login }) => login),
    'user and password',
  );
  theOne(
    nodes.map(({ scheme }) => scheme),
    'protocol, http:// or https://,',
  );
  return text.split(',').map((one) => one.trim());
}

/** Throws `AddressError`, with the right `form`, unless it is an http(s) address that can be used as it is written. */
export function httpParts(parts: Parts, form = 'http://host:port or https://host:port'): Parts {
  if (!/^https?$/.test(parts.scheme)) throw new AddressError(`must be ${form}`);
  // The driver's parser has rules of its own for these schemes, and may find another host or none.
  const read = URL.parse(`${parts.scheme}://${inUrl(parts.host)}`);
  if (read?.hostname !== inUrl(parts.host).toLowerCase())
    throw new AddressError('must have a host’s name or IP address');
  if (parts.port === 0) throw new AddressError('must have a port from 1 to 65535');
  if (parts.path.includes('@')) throw new AddressError('must have no / in its user and password but as %2F');
  if (parts.fragment) throw new AddressError('must have nothing behind #, and %23 for a # in a password');
  return parts;
}
