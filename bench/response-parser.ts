/**
 * Reads HTTP/1.1 responses off one connection, however they are cut into chunks. Bodies are counted, not kept. Only
 * what our servers send is understood: a response without Content-Length throws, since guessing would count wrongly.
 */
export class ResponseParser {
  readonly #onResponse: (status: number, bodyBytes: number) => void;
  /** The start of a head whose end has not come yet. */
  #held: Buffer | undefined;
  #inBody = false;
  #status = 0;
  #bodyBytes = 0;
  #bodyLeft = 0;

  constructor(onResponse: (status: number, bodyBytes: number) => void) {
    this.#onResponse = onResponse;
  }

  /** Whether the connection is between two responses. */
  get idle(): boolean {
    return !this.#inBody && this.#held === undefined;
  }

  push(received: Buffer): void {
    let chunk = received;
    if (this.#held) {
      chunk = Buffer.concat([this.#held, received]);
      this.#held = undefined;
    }
    let at = 0;
    while (at < chunk.length) at = this.#inBody ? this.#body(chunk, at) : this.#head(chunk, at);
  }

  #head(chunk: Buffer, at: number): number {
    const end = chunk.indexOf('\r\n\r\n', at, 'latin1');
    if (end < 0) {
      // The runtime uses a chunk's memory again.
      this.#held = Buffer.from(chunk.subarray(at));
      return chunk.length;
    }
    const head = chunk.toString('latin1', at, end + 2);
    const length = contentLength.exec(head)?.[1];
    if (!head.startsWith('HTTP/1.1 ') || length === undefined) throw new Error(`Not understood:\n${head}`);
    this.#status = Number(head.slice(9, 12));
    this.#bodyBytes = this.#bodyLeft = Number(length);
    this.#inBody = true;
    if (this.#bodyLeft === 0) this.#complete();
    return end + 4;
  }

  #body(chunk: Buffer, at: number): number {
    const taken = Math.min(this.#bodyLeft, chunk.length - at);
    this.#bodyLeft -= taken;
    if (this.#bodyLeft === 0) this.#complete();
    return at + taken;
  }

  #complete(): void {
    this.#inBody = false;
    this.#onResponse(this.#status, this.#bodyBytes);
  }
}

const contentLength = /\r\ncontent-length: *(\d+) *\r\n/i;
