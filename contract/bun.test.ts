import { contractSuite } from './suite.ts';
import { startServices } from './targets.ts';

contractSuite('three Bun processes', () => startServices('bun'));
