import { contractSuite } from './suite.ts';
import { startServices } from './targets.ts';

contractSuite('three Deno processes', () => startServices('deno'));
