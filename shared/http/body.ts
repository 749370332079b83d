import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { AppError, isAppError } from '../errors.ts';
import type { Env } from './env.ts';

/** No request of ours needs more. */
const maxBodyBytes = 64 * 1024;

/**
 * Reads the whole body before anything else looks at the request, so that a body which is too long, encoded, late or cut is
 * told from a failure of what is done with it. While it comes, `receiving` is set.
 */
export function takeBody(): MiddlewareHandler<Env> {
  const readThrough = bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge });
  return async (c, next) => {
    const length = c.req.header('Content-Length');
    const transfer = c.req.header('Transfer-Encoding');
    refuseEncoded(c, transfer);
    // Hono's limit looks at the body as a stream, which costs as much as all else of a small request; a length that the
    // request tells is one that the server holds it to.
    if (length === undefined || transfer !== undefined) {
      return receive(c, (received) =>
        readThrough(c, () => {
          received();
          return next();
        }),
      );
    }
    if (Number(length) > maxBodyBytes) tooLarge();
    // Kept by Hono: whoever asks for the JSON has it from there.
    await receive(c, () => c.req.text());
    return next();
  };
}

/** What fails while the body comes is the client's: it has gone, or has sent what is no body. */
async function receive<T>(c: Context<Env>, read: (received: () => void) => Promise<T>): Promise<T> {
  const received = () => c.set('receiving', false);
  c.set('receiving', true);
  try {
    return await read(received);
  } catch (cause) {
    if (!c.get('receiving') || isAppError(cause, 'payload_too_large')) throw cause;
    throw new AppError('invalid_request', 'The body ended before it was whole; send it again', { cause });
  } finally {
    received();
  }
}

/** No coding is undone here, and JSON that is still coded would be taken for a payload that is wrong. */
function refuseEncoded(c: Context<Env>, transfer = 'chunked'): void {
  const content = c.req.header('Content-Encoding') || 'identity';
  if (content.trim().toLowerCase() === 'identity' && transfer.trim().toLowerCase() === 'chunked') return;
  c.header('Accept-Encoding', 'identity');
  throw new AppError(
    'unsupported_media_type',
    'Send the body as it is: no Content-Encoding but “identity” is taken, and no Transfer-Encoding but “chunked”',
  );
}

const tooLarge = () => {
  throw new AppError('payload_too_large', `Send at most ${maxBodyBytes} bytes`);
};
