import { startServices } from '../rig/targets.ts';
import { contractSuite, webSuite } from './suite.ts';

contractSuite('three Deno processes', () => startServices('deno'));
webSuite('three Deno processes', (more) => startServices('deno', undefined, () => more));
