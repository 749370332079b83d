// `npm run build`: the three services as single binaries in dist/, with the SQL migrations and page assets inside.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const services = ['events', 'booking', 'search'];

await mkdir(join(root, 'dist'), { recursive: true });
for (const service of services) {
  const started = performance.now();
  const outfile = join(root, 'dist', service);
  const result = await Bun.build({
    entrypoints: [join(root, 'services', service, 'main.ts')],
    compile: { outfile },
    minify: true,
    bytecode: true,
    format: 'esm',
    target: 'bun',
  });
  if (!result.success) {
    for (const message of result.logs) console.error(message);
    process.exit(1);
  }
  const { size } = await stat(outfile);
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  console.log(`dist/${service}  ${(size / 1e6).toFixed(0)} MB  ${seconds} s`);
}
