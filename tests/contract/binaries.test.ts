import { join } from 'node:path';
import { runProcess } from '../rig/process.ts';
import { startServices } from '../rig/targets.ts';
import { contractSuite } from './suite.ts';

contractSuite('the three binaries', async () => {
  await runProcess(
    [process.execPath, join(import.meta.dirname, '..', '..', 'scripts', 'build.ts'), '--platform', 'own'],
    {},
  );
  return startServices('binaries');
});
