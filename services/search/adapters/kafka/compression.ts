import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import compression from 'kafkajs/src/protocol/message/compression/index.js';

// kafkajs brings gzip alone. Messages are only read so; ours are written as they are.

/** No batch is larger, whatever its first bytes promise. */
const maxBytes = 256 * 1024 * 1024;
const unzip = promisify(zstdDecompress);

const { Codecs, Types } = compression;
Codecs[Types.Snappy] = () => reader(unsnap);
Codecs[Types.LZ4] = () => reader(unlz4);
Codecs[Types.ZSTD] = () => reader((bytes) => unzip(bytes, { maxOutputLength: maxBytes }));

const reader = (decompress: (bytes: Buffer) => Buffer | Promise<Buffer>) => ({
  decompress: async (bytes: Buffer) => decompress(bytes),
  compress: () => Promise.reject(new Error('messages are written without compression')),
});

const broken = (what: string) => new Error(`a batch of messages is not valid ${what}`);

/** Java's clients write blocks of Snappy behind this; others write one block alone. */
const xerial = Buffer.from('\x82SNAPPY\0', 'latin1');
const xerialHead = 16;

/** Decompresses Snappy, in Java's frame or without. */
export function unsnap(bytes: Buffer): Buffer {
  if (!bytes.subarray(0, xerial.length).equals(xerial)) return unsnapBlock(bytes);
  const blocks: Buffer[] = [];
  let total = 0;
  for (let at = xerialHead; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw broken('Snappy');
    const block = unsnapBlock(bytes.subarray(at + 4, end));
    total += block.length;
    if (total > maxBytes) throw broken('Snappy');
    blocks.push(block);
    at = end;
  }
  return Buffer.concat(blocks);
}

/** One block: its length, then runs of new bytes and copies of earlier ones. */
function unsnapBlock(bytes: Buffer): Buffer {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++] ?? 0;
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (size > maxBytes) throw broken('Snappy');
  const out = new Output(Buffer.allocUnsafe(size), 'Snappy');
  while (at < bytes.length) {
    const tag = bytes[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      // Up to 60 bytes are counted in the tag; above, the tag says in how many bytes they are.
      const wide = Math.max(0, (tag >> 2) - 59);
      const length = (wide ? bytes.readUIntLE(at, wide) : tag >> 2) + 1;
      at += wide;
      out.add(bytes.subarray(at, at + length), length);
      at += length;
    } else if (kind === 1) {
      out.repeat(((tag >> 5) << 8) | bytes.readUInt8(at), ((tag >> 2) & 7) + 4);
      at += 1;
    } else {
      const wide = kind === 2 ? 2 : 4;
      out.repeat(bytes.readUIntLE(at, wide), (tag >> 2) + 1);
      at += wide;
    }
  }
  if (out.size !== size) throw broken('Snappy');
  return out.bytes;
}

const lz4Magic = 0x184d2204;

/** Decompresses the frames of LZ4. Checksums are left out: each batch has one of its own. */
export function unlz4(bytes: Buffer): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.readUInt32LE(at) !== lz4Magic) throw broken('LZ4');
    const flags = bytes.readUInt8(at + 4);
    const largest = 2 ** (8 + 2 * ((bytes.readUInt8(at + 5) >> 4) & 7));
    at += 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0);
    const blocks: { bytes: Buffer; isPlain: boolean }[] = [];
    for (;;) {
      const head = bytes.readUInt32LE(at);
      at += 4;
      if (head === 0) break;
      const size = head & 0x7fffffff;
      if (at + size > bytes.length) throw broken('LZ4');
      blocks.push({ bytes: bytes.subarray(at, at + size), isPlain: head >>> 31 === 1 });
      at += size + (flags & 0x10 ? 4 : 0);
    }
    at += flags & 0x04 ? 4 : 0;
    if (blocks.length * largest > maxBytes) throw broken('LZ4');
    // A block may copy from the ones before, so all of a frame have one buffer.
    const out = new Output(Buffer.allocUnsafe(blocks.length * largest), 'LZ4');
    for (const block of blocks) block.isPlain ? out.add(block.bytes, block.bytes.length) : unlz4Block(block.bytes, out);
    frames.push(out.bytes.subarray(0, out.size));
  }
  return frames.length === 1 ? frames[0]! : Buffer.concat(frames);
}

function unlz4Block(bytes: Buffer, out: Output): void {
  let at = 0;
  /** A length of 15 goes on in the next bytes, until one is below 255. */
  const lengthFrom = (start: number) => {
    let length = start;
    if (start === 15) {
      let more: number;
      do length += more = bytes.readUInt8(at++);
      while (more === 255);
    }
    return length;
  };
  while (at < bytes.length) {
    const token = bytes[at++]!;
    const fresh = lengthFrom(token >> 4);
    out.add(bytes.subarray(at, at + fresh), fresh);
    at += fresh;
    if (at >= bytes.length) return;
    const back = bytes.readUInt16LE(at);
    at += 2;
    out.repeat(back, lengthFrom(token & 15) + 4);
  }
}

/** Bytes that are written from the start; whatever would not fit is refused. */
class Output {
  readonly bytes: Buffer;
  readonly #format: string;
  size = 0;

  constructor(bytes: Buffer, format: string) {
    this.bytes = bytes;
    this.#format = format;
  }

  add(bytes: Buffer, length: number): void {
    if (bytes.length !== length || this.size + length > this.bytes.length) throw broken(this.#format);
    this.bytes.set(bytes, this.size);
    this.size += length;
  }

  /** Copies what stands `back` bytes before the end; it may reach into what it writes. */
  repeat(back: number, length: number): void {
    const end = this.size + length;
    if (back === 0 || back > this.size || end > this.bytes.length) throw broken(this.#format);
    for (let from = this.size - back; this.size < end; ) {
      const part = Math.min(end - this.size, this.size - from);
      this.bytes.copyWithin(this.size, from, from + part);
      this.size += part;
    }
  }
}
