import { startServices } from '../rig/targets.ts';
import { contractSuite } from './suite.ts';

contractSuite('three Bun processes', () => startServices('bun'));
