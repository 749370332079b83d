import { join } from 'node:path';
import { runProcess } from './process.ts';
import { contractSuite } from './suite.ts';
import { startServices } from './targets.ts';

contractSuite('the three binaries', async () => {
  await runProcess([process.execPath, join(import.meta.dirname, '..', 'scripts', 'build.ts'), '--platform', 'own'], {});
  return startServices('binaries');
});
