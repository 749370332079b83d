const usualHost = 'localhost';

/**
 * Returns the request with an absolute `url` whose path is the target's, whatever its `Host`. Bun has a mere path where
 * the host is missing (HTTP/1.0) or invalid, and an authority alone for CONNECT. The request itself is changed: a new
 * one would lose the runtime's state, and could not be a TRACE.
 */
export function withWholeUrlOnBun(request: Request): Request {
  const { url } = request;
  if (url.startsWith('/')) return withPath(request, url);
  return request.method === 'CONNECT' ? withPath(request, '/') : request;
}

/** An authority, and the path behind it. */
const usualUrl = /^https?:\/\/[^/?#\\]*\//;
/** The characters that end an authority; in a `Host` they would move the beginning of the path. */
const delimiter = /[/?#\\]/;

/** Like `withWholeUrlOnBun`. Deno puts any `Host` before the path as it came, and no path where the target has none. */
export function withWholeUrlOnDeno(request: Request): Request {
  const { url } = request;
  const host = request.headers.get('Host') ?? '';
  if (delimiter.test(host) && url.startsWith(`http://${host}`)) {
    return withPath(request, url.slice(`http://${host}`.length));
  }
  return usualUrl.test(url) ? request : withPath(request, url.replace(/^https?:\/\/[^/?#\\]*/, ''));
}

/** `path` includes the query. */
function withPath(request: Request, path: string): Request {
  const value = `http://${usualHost}${path.startsWith('/') ? '' : '/'}${path}`;
  return Object.defineProperty(request, 'url', { value });
}
