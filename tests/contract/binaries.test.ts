import { beforeAll } from 'bun:test';
import { join } from 'node:path';
import { runProcess } from '../rig/process.ts';
import { startServices } from '../rig/targets.ts';
import { contractSuite, webSuite } from './suite.ts';

beforeAll(async () => {
  await runProcess(
    [process.execPath, join(import.meta.dirname, '..', '..', 'scripts', 'build.ts'), '--platform', 'own'],
    {},
  );
}, 90_000);

contractSuite('the three binaries', () => startServices('binaries'));
webSuite('the three binaries', (more) => startServices('binaries', undefined, () => more));
