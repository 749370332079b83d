import { afterAll } from 'bun:test';
import { stopTestPostgres } from './database.ts';

afterAll(stopTestPostgres);
