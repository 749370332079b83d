/**
 * Reads HTTP/1.1 responses off one connection, however they are cut into pieces. Bodies are counted, not kept: those
 * with a Content-Length and chunked ones; a 304 has none. Throws at anything else, since guessing would count wrongly.
 */
export class ResponseParser {
  readonly #onResponse: (status: number, bodyBytes: number) => void;
  /** The start of a line or head whose end has not come yet. */
  #held: Buffer | undefined;
  #state: 'head' | 'body' | 'size' | 'chunk' | 'end' = 'head';
  #status = 0;
  #bodyBytes = 0;
  /** The bytes left of the body, or of the chunk and its line break. */
  #left = 0;

  constructor(onResponse: (status: number, bodyBytes: number) => void) {
    this.#onResponse = onResponse;
  }

  /** True while the connection is between two responses. */
  get idle(): boolean {
    return this.#state === 'head' && this.#held === undefined;
  }

  push(received: Buffer): void {
    const bytes = this.#held ? Buffer.concat([this.#held, received]) : received;
    this.#held = undefined;
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === 'body' || this.#state === 'chunk') at = this.#skip(bytes, at);
      else at = this.#line(bytes, at, this.#state);
    }
  }

  #skip(bytes: Buffer, at: number): number {
    const taken = Math.min(this.#left, bytes.length - at);
    this.#left -= taken;
    if (this.#left > 0) return at + taken;
    if (this.#state === 'body') this.#complete();
    else this.#state = 'size';
    return at + taken;
  }

  #line(bytes: Buffer, at: number, state: 'head' | 'size' | 'end'): number {
    const mark = state === 'head' ? '\r\n\r\n' : '\r\n';
    const end = bytes.indexOf(mark, at, 'latin1');
    if (end < 0) {
      // The runtime reuses the memory of the chunk.
      this.#held = Buffer.from(bytes.subarray(at));
      return bytes.length;
    }
    const text = bytes.toString('latin1', at, end);
    if (state === 'head') this.#head(text);
    else if (state === 'size') this.#size(text);
    else if (text === '') this.#complete();
    else throw notUnderstood(text);
    return end + mark.length;
  }

  #head(text: string): void {
    this.#status = Number(text.slice(9, 12));
    this.#bodyBytes = 0;
    const length = contentLength.exec(text)?.[1];
    if (!text.startsWith('HTTP/1.1 ')) throw notUnderstood(text);
    if (length !== undefined) {
      this.#bodyBytes = this.#left = Number(length);
      this.#state = 'body';
      if (this.#left === 0) this.#complete();
    } else if (this.#status === 304) this.#complete();
    else if (chunked.test(text)) this.#state = 'size';
    else throw notUnderstood(text);
  }

  #size(text: string): void {
    if (!/^[0-9a-f]+$/i.test(text)) throw notUnderstood(text);
    const size = Number.parseInt(text, 16);
    this.#bodyBytes += size;
    this.#left = size + 2;
    this.#state = size === 0 ? 'end' : 'chunk';
  }

  #complete(): void {
    this.#state = 'head';
    this.#onResponse(this.#status, this.#bodyBytes);
  }
}

const contentLength = /\r\ncontent-length: *(\d+) *(\r\n|$)/i;
const chunked = /\r\ntransfer-encoding: *chunked *(\r\n|$)/i;

const notUnderstood = (text: string) => new Error(`An answer that is not understood:\n${text}`);
