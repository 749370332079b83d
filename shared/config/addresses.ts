import { isIP, isIPv4 } from 'node:net';

/** The parts of an address, each as it was written; a missing part is an empty text, or no port. */
export type Parts = {
  /** In lower case, without `://`. */
  scheme: string;
  user: string;
  password: string;
  /** An IPv6 address has no brackets. */
  host: string;
  port: number | undefined;
  /** With its slash at the start. */
  path: string;
  /** With its `?` or `#` at the start. */
  query: string;
  fragment: string;
};

/** Thrown for a wrong address; the message names the mistake and the right form, and no part that may be secret. */
export class AddressError extends Error {}

/**
 * Parses an address: `host`, `host:port`, `[IPv6]:port`, or any of them in
 * `scheme://user:password@…/path?query#fragment`.
 */
export function partsOf(text: string): Parts {
  if (/[\s\p{Cc}]/u.test(text)) throw new AddressError('must have no blanks in it');
  // In an http address some parsers read it as a / and others as a letter, so that they find different hosts.
  if (text.includes('\\')) throw new AddressError('must have no \\ in it; in a user or password write %5C');
  const scheme = /^([a-z][\w+.-]*):\/\//i.exec(text)?.[1] ?? '';
  const rest = scheme ? text.slice(scheme.length + 3) : text;
  // Not in the place of a host, as every scheme has rules of its own for that.
  const url = URL.parse(`any://${rest}`);
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (!url || !isHost(host)) throw new AddressError(whyNoHost(rest));
  return {
    scheme: scheme.toLowerCase(),
    user: decoded(url.username),
    password: decoded(url.password),
    host,
    port: url.port === '' ? undefined : Number(url.port),
    path: url.pathname,
    query: url.search,
    fragment: url.hash,
  };
}

/** Parses several addresses with commas between, each turned into a value; an error names the one it is about. */
export function eachOf<T>(text: string, read: (parts: Parts) => T): T[] {
  const texts = text.split(',').map((one) => one.trim());
  return texts.map((one, i) => {
    try {
      return read(partsOf(one));
    } catch (error) {
      if (!(error instanceof AddressError) || texts.length === 1) throw error;
      throw new AddressError(`address ${i + 1} of ${texts.length} ${error.message}`);
    }
  });
}

/** A name or an IP address, an IPv6 one without brackets. */
export const isHost = (text: string): boolean =>
  isIP(text) > 0 || (text.length <= 253 && /^\w([\w.-]*\w)?\.?$/.test(text) && !isShortIPv4(text));

/** Ends in a number, so that some parsers make an IPv4 address of it: 10.1 becomes 10.0.0.1, and 0x7f.1 127.0.0.1. */
const isShortIPv4 = (text: string) => /(^|\.)(\d+|0x[\da-f]*)\.?$/i.test(text) && !isIPv4(text);

/** As URLs have it, an IPv6 address in brackets. */
export const inUrl = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

/** Throws unless the address ends with its port. */
export function refuseMore({ path, query, fragment }: Parts, example: string): void {
  if (fragment) throw new AddressError(`must have nothing behind #; write ${example}, and %23 for a # in a password`);
  if (query) throw new AddressError(`must have nothing behind ?; write ${example}, and %3F for a ? in a password`);
  if (path !== '' && path !== '/') throw new AddressError(`must end with its port; write ${example}`);
}

/** `host:port` for drivers, an IPv6 address in brackets. Port 0 is refused, as no server can be reached there. */
export function hostAndPort({ host, port }: Parts, example: string, usualPort?: number): string {
  const at = port ?? usualPort;
  if (at === undefined) throw new AddressError(`must have a port; write ${example}`);
  if (at === 0) throw new AddressError('must have a port from 1 to 65535');
  return `${inUrl(host)}:${at}`;
}

/** The one text that all have; throws `AddressError` for several. */
export function theOne(texts: string[], what: string): string {
  if (new Set(texts).size > 1) throw new AddressError(`must have the same ${what} in each address`);
  return texts[0] ?? '';
}

/** Returns an address with its secrets covered. */
export const masked = (text: string): string => text.replaceAll(/(\/\/|^|,)[^/,]*@/g, '$1***@');

/** Returns the part of a refused text that may be shown: in a wrong form a password may be anywhere. */
export function shownOf(text: string): string {
  const scheme = /^[a-z][\w+.-]*:\/\//i.exec(text)?.[0] ?? '';
  if (/[@=?#]|\/\/:/.test(text)) return `${scheme}***`;
  return quoted(text);
}

/** Like `shownOf`, for a refused address: only the part that surely is an address. */
export function shownOfAddress(text: string): string {
  const bare = text.trim();
  if (/^[\w.-]*$/.test(bare) || isIP(bare) > 0) return quoted(text);
  const sure = surely.exec(bare)?.[0] ?? '';
  if (/[@=?#]|\/\/:/.test(text)) return shownOf(text);
  return sure === bare ? quoted(text) : `${sure}***`;
}

/** The addresses at the start of a text: each is a scheme with a host, or a port with a host before it or none. */
const surely = (() => {
  const [scheme, host, port] = ['[a-z][\\w+.-]*://', '(?:[\\w.-]+|\\[[\\da-f:.]+\\])?', ':\\d{1,6}'];
  const place = `(?:${scheme}${host}(?:${port})?|${host}${port})(?![\\w:.-])`;
  return new RegExp(`^${place}(?:, ?${place})*`, 'i');
})();

const quoted = (text: string) => (/[\s\p{Cc}]/u.test(text) ? JSON.stringify(text) : text);

function whyNoHost(rest: string): string {
  const host = rest.slice(rest.lastIndexOf('@') + 1).replace(/[/?#].*$/, '');
  const isBare = isIP(host) === 6 || isIP(host.replace(/:\d+$/, '')) === 6;
  if (isBare) return 'must have its IPv6 address in brackets, such as [::1]:6379';
  if (host === '' || host.startsWith(':')) return 'must name a host before the port';
  if (isShortIPv4(host.replace(/:\d*$/, ''))) return 'must have a name, or an IP address in full such as 127.0.0.1';
  if (rest.includes('@')) return 'must have no / ? # , or @ in its user and password but as %2F %3F %23 %2C %40';
  return 'must be host:port, with a port up to 65535';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AddressError('must have each % in its user and password written as %25');
  }
}
