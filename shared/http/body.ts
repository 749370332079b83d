import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError, isAppError } from '../errors.ts';
import type { Env } from './env.ts';
import { httpErrors } from './http-errors.ts';
import { addHeaders } from './reply.ts';

/** Few routes need more. */
const usualBytes = 64 * 1024;

/**
 * Reads the whole body before the route runs, so that a body that is too long, encoded, late or cut is not taken for a
 * failure of the route. `receiving` is set while it is read. A route whose bodies are longer has a limit of its own, by
 * this as its own middleware: see `ownBodies` of the shell.
 */
export function takeBody(maxBodyBytes = usualBytes): MiddlewareHandler<Env> {
  const tooLarge = () => {
    throw new AppError(httpErrors.payloadTooLarge, `Send at most ${maxBodyBytes} bytes`);
  };
  const readThrough = bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge });
  return async (c, next) => {
    const length = c.req.header('Content-Length');
    const transfer = c.req.header('Transfer-Encoding');
    refuseEncoded(c, transfer);
    // Hono's limit reads the body as a stream, which costs as much as the rest of a small request. The server enforces
    // a Content-Length by itself.
    if (length === undefined || transfer !== undefined) {
      return receive(c, (received) =>
        readThrough(c, () => {
          received();
          return next();
        }),
      );
    }
    if (Number(length) > maxBodyBytes) tooLarge();
    // Hono keeps the text, and parses the JSON from it.
    await receive(c, () => c.req.text());
    return next();
  };
}

/** An error while the body is read is the client's fault: the connection was cut, or the framing is wrong. */
async function receive<T>(c: Context<Env>, read: (received: () => void) => Promise<T>): Promise<T> {
  const received = () => c.set('receiving', false);
  c.set('receiving', true);
  try {
    return await read(received);
  } catch (cause) {
    if (!c.get('receiving') || isAppError(cause, httpErrors.payloadTooLarge.code)) throw cause;
    throw new AppError('invalid_request', 'The body ended before it was whole; send it again', { cause });
  } finally {
    received();
  }
}

/** Content is not decoded here, and encoded JSON would be taken for an invalid payload. */
function refuseEncoded(c: Context<Env>, transfer = 'chunked'): void {
  const content = c.req.header('Content-Encoding') || 'identity';
  if (content.trim().toLowerCase() === 'identity' && transfer.trim().toLowerCase() === 'chunked') return;
  addHeaders(c, { 'Accept-Encoding': 'identity' });
  throw new AppError(
    httpErrors.unsupportedMediaType,
    'Send the body as it is: no Content-Encoding but “identity” is taken, and no Transfer-Encoding but “chunked”',
  );
}
