import { startStandaloneProcess } from '../rig/targets.ts';
import { contractSuite } from './suite.ts';

contractSuite('the standalone process', startStandaloneProcess);
