import { plugin } from 'bun';

/** For a process that is to be found out: loads a source of the service with one text replaced by another. */
export function breakSource(file: string, from: string, to: string): void {
  plugin({
    name: 'broken on purpose',
    setup(build) {
      build.onLoad({ filter: new RegExp(`${file.replaceAll('.', '\\.')}$`) }, async ({ path }) => {
        const source = await Bun.file(path).text();
        if (!source.includes(from)) throw new Error(`${file} has no text ${from}`);
        return { contents: source.replaceAll(from, to), loader: 'ts' };
      });
    },
  });
}
