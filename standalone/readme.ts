import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (path: string) => readFileSync(join(import.meta.dirname, '..', path), 'utf8');

/** Returns README's sample of the output of `npm start`. */
export const startSample = (): string =>
  /^```\n(Onsale is starting\n[\s\S]*?)^```$/m.exec(read('README.md'))?.[1] ?? '';

/** Returns the blocks of lines for a shell in the pages for programmers that contain `words`, in their order. */
export const shellBlocks = (words: string): string[] =>
  ['README.md', 'docs/api.md', 'docs/payments.md'].flatMap(shellOf).filter((block) => block.includes(words));

/** Returns the lines for a shell of a page, a text a block. */
export const shellOf = (page: string): string[] =>
  [...read(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);

/**
 * Returns the output of `npm start` without times, uuids, ports and the folder, which differ each time; log lines are
 * apart.
 */
export function likeAlways(output: string, dir: string, ports: number[]): { steps: string[]; logged: string[] } {
  let text = output.replaceAll(dir, '.onsale');
  for (const [i, port] of ports.entries()) text = text.replaceAll(`:${port}`, `:${8080 + i}`);
  text = text
    .replaceAll(/ +\d+\.\d\d s/g, ' N s')
    .replaceAll(/\(\d+\.\d\d s\)/g, '(N s)')
    .replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, 'UUID')
    .replace(/(PostgreSQL .*:)\d+$/m, '$1PORT');
  const lines = text.trimEnd().split('\n');
  const isLogged = (line: string) => line.startsWith('{');
  const said = (line: string) => {
    const { level, service, msg } = JSON.parse(line);
    return `${level} ${service}: ${msg}`;
  };
  return { steps: lines.filter((line) => !isLogged(line)), logged: lines.filter(isLogged).map(said) };
}
