const mostLooks = 20;

/**
 * Looks at a page until it is the same before and after the look, for a search learns a moment later of earlier sales.
 * Returns the page as it is without compression, and the result of `look`.
 */
export async function steadily<T>(url: string, look: () => Promise<T>) {
  for (let looks = 0; looks < mostLooks; looks++) {
    const [before, seen, after] = [await read(url), await look(), await read(url)];
    if (before.bytes.equals(after.bytes)) return { ...after, seen };
  }
  throw new Error(`${url} has changed during each of ${mostLooks} looks`);
}

async function read(url: string) {
  const response = await fetch(url, { headers: { 'Accept-Encoding': 'identity' } });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
}
