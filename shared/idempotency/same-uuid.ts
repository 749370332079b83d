import { createHash } from 'node:crypto';

/** Returns the SHA-256 of a text, in hexadecimal. */
export const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * Returns a uuid that is the same for the same names each time, to make a thing once however often its making is
 * repeated. It is of version 8, whose bits are one's own (RFC 9562, section 5.8).
 */
export const sameUuid = (...names: string[]) =>
  hashOf(names.join(' ')).replace(
    /^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/,
    (_, a, b, c, d, e) => `${a}-${b}-8${c}-8${d}-${e}`,
  );
