import { plugin } from 'bun';
import { type Break, breaks } from './breaks.ts';

// A preload: the process loads a source with some of its texts replaced, as SOAK_BREAK names it.
const { file, changes }: Break = breaks[process.env.SOAK_BREAK as keyof typeof breaks];

plugin({
  name: 'broken on purpose',
  setup(build) {
    build.onLoad({ filter: new RegExp(`/${file.replaceAll('.', '\\.')}$`) }, async ({ path }) => {
      let contents = await Bun.file(path).text();
      for (const [from, to] of Object.entries(changes)) contents = contents.replaceAll(from, to);
      return { contents, loader: 'ts' };
    });
  },
});
