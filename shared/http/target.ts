const usualHost = 'localhost';

/**
 * The request with an absolute `url` whose path is the target's, whatever its `Host`. Bun tells a mere path where the host
 * is missing (HTTP/1.0) or is none, and an authority alone for CONNECT. The request itself is changed: a new one would lose
 * what the runtime keeps with it, and could not be a TRACE.
 */
export function withWholeUrlOnBun(request: Request): Request {
  const { url } = request;
  if (url.startsWith('/')) return withPath(request, url);
  return request.method === 'CONNECT' ? withPath(request, '/') : request;
}

/** An authority, and the path behind it. */
const usualUrl = /^https?:\/\/[^/?#\\]*\//;
/** What ends an authority; in a `Host` it would move where the path begins. */
const delimiter = /[/?#\\]/;

/** As on Bun. Deno puts any `Host` before the path as it came, and no path where the target has none. */
export function withWholeUrlOnDeno(request: Request): Request {
  const { url } = request;
  const host = request.headers.get('Host') ?? '';
  if (delimiter.test(host) && url.startsWith(`http://${host}`)) {
    return withPath(request, url.slice(`http://${host}`.length));
  }
  return usualUrl.test(url) ? request : withPath(request, url.replace(/^https?:\/\/[^/?#\\]*/, ''));
}

/** `path` with its query. */
function withPath(request: Request, path: string): Request {
  const value = `http://${usualHost}${path.startsWith('/') ? '' : '/'}${path}`;
  return Object.defineProperty(request, 'url', { value });
}
