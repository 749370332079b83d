import { contractSuite } from './suite.ts';
import { startStandaloneProcess } from './targets.ts';

contractSuite('the standalone process', startStandaloneProcess);
