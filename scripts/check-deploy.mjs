// `npm run check:deploy`: the images, compose.yaml, the Makefile and the manifests of k8s/, each by its format's own
// tool and against the code. It needs Go, which builds two small tools, and a kernel that lets it enter a file system
// as an image would.
import { refuseArguments } from './arguments.mjs';
import { ensureInstalled } from './bootstrap.mjs';
import { report, runCounted } from './count.mjs';

refuseArguments('check:deploy', process.argv.slice(2));
const result = await runCounted(await ensureInstalled(console.log), [
  'test',
  '--path-ignore-patterns=**/*.stack.test.ts',
  'tests/deploy',
]);
console.log(`\n${(result.output.match(/^checked .*$/gm) ?? []).join('\n')}`);
process.exitCode = report([result]);
