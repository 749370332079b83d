// The documents: the list of pages, the code in them, and the parts that a command writes.
import { join } from 'node:path';
import { Glob } from 'bun';

export const root = join(import.meta.dirname, '..');

const pages = ['README.md', 'SECURITY.md', 'tests/README.md', 'tests/relevance/README.md'];

/** Reads every page; returns its path from the root, with its text. */
export const readDocuments = (): Promise<[path: string, text: string][]> =>
  Promise.all(
    [...pages, ...[...new Glob('docs/**/*.md').scanSync(root)].sort()].map(
      async (path): Promise<[string, string]> => [path, await Bun.file(join(root, path)).text()],
    ),
  );

/** Returns the code spans and the lines of code blocks in these languages, without comments. */
export const codeOf = (text: string, languages = ['sh', 'sql']): string[] =>
  [...text.matchAll(/```(\w*)\n([\s\S]*?)```|`([^`\n]+)`/g)]
    .filter(([, language]) => language === undefined || languages.includes(language))
    .flatMap(([, , block, span]) => (block ?? span ?? '').split('\n'))
    .map((line) => line.replace(/ *#.*$/, ''));

const begin = (name: string) => `<!-- begin ${name} -->`;
const end = (name: string) => `<!-- end ${name} -->`;

/** Returns the part of a page between its two comments; undefined when it has none. */
export function partOf(text: string, name: string): string | undefined {
  const [, after] = text.split(`${begin(name)}\n\n`);
  return after?.split(`\n\n${end(name)}`)[0];
}

/** Replaces that part of a page, and leaves the rest as it is. */
export async function writePart(path: string, name: string, part: string): Promise<void> {
  const text = await Bun.file(path).text();
  const before = partOf(text, name);
  if (before === undefined) throw new Error(`${path} has no ${begin(name)}`);
  const around = text.split(`${begin(name)}\n\n${before}\n\n${end(name)}`);
  await Bun.write(path, around.join(`${begin(name)}\n\n${part}\n\n${end(name)}`));
}
