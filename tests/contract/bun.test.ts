import { startServices } from '../rig/targets.ts';
import { contractSuite, webSuite } from './suite.ts';

contractSuite('three Bun processes', () => startServices('bun'));
webSuite('three Bun processes', (more) => startServices('bun', undefined, () => more));
