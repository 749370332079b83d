import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const readme = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8');

/** What README says that `npm start` shows. */
export const startSample = (): string => /^```\n(Onsale is starting\n[\s\S]*?)^```$/m.exec(readme)?.[1] ?? '';

/** README's blocks of lines for a shell in which `words` are, in their order. */
export const shellBlocks = (words: string): string[] =>
  [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]!).filter((block) => block.includes(words));

/** Output of `npm start` without what is another each time: times, uuids, ports and the folder; what is logged is apart. */
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
