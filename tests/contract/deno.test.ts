import { startServices } from '../rig/targets.ts';
import { contractSuite } from './suite.ts';

contractSuite('three Deno processes', () => startServices('deno'));
