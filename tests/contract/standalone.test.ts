import { startStandaloneProcess } from '../rig/targets.ts';
import { contractSuite, webSuite } from './suite.ts';

contractSuite('the standalone process', () => startStandaloneProcess());
webSuite('the standalone process', startStandaloneProcess);
