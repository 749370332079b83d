import { plugin } from 'bun';

/** For a process that is to be found out: loads a source of the service with some texts replaced by others. */
export function breakSource(file: string, changes: Record<string, string>): void {
  plugin({
    name: 'broken on purpose',
    setup(build) {
      build.onLoad({ filter: new RegExp(`${file.replaceAll('.', '\\.')}$`) }, async ({ path }) => {
        let contents = await Bun.file(path).text();
        for (const [from, to] of Object.entries(changes)) {
          if (!contents.includes(from)) throw new Error(`${file} has no text ${from}`);
          contents = contents.replaceAll(from, to);
        }
        return { contents, loader: 'ts' };
      });
    },
  });
}
