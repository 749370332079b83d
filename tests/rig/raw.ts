import { connect } from 'node:net';

/** A raw response: `body` is everything after the headers, as it was sent. */
export type RawResponse = { status: number; headers: Headers; body: string };

const patienceMs = 20_000;

/**
 * Sends bytes (a text is Latin-1) to a port of this machine and reads until the server closes the connection, or until
 * `isEnough`. Returns an empty text when it closed without a response.
 */
export function sendRaw(
  port: number,
  bytes: string | Uint8Array,
  { cutAfterwards = false, isEnough = (_: string): boolean => false } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    let read = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, () => {
        if (cutAfterwards) socket.destroy();
      });
    });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the connection is still open; so far it brought ${JSON.stringify(read)}`));
    }, patienceMs);
    socket.on('data', (chunk) => {
      read += chunk.toString('latin1');
      if (isEnough(read)) socket.destroy();
    });
    // A server that closes before it has read all resets the connection.
    socket.on('error', () => {});
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(read);
    });
  });
}

export function parseRaw(text: string): RawResponse {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [line = '', ...lines] = head.split('\r\n');
  const headers = new Headers();
  for (const one of lines) headers.append(one.slice(0, one.indexOf(':')), one.slice(one.indexOf(':') + 1).trim());
  return { status: Number(line.split(' ')[1]), headers, body: rest.join('\r\n\r\n') };
}
