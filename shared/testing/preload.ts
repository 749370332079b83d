import { afterAll, setDefaultTimeout } from 'bun:test';
import { stopTestPostgres } from './database.ts';

// Some tests set servers up for themselves, which takes its time on a machine that is busy. What hangs still fails.
setDefaultTimeout(30_000);
afterAll(stopTestPostgres);
