import { contractSuite } from './suite.ts';
import { startServices } from './targets.ts';

contractSuite('the three binaries', () => startServices('binaries'));
