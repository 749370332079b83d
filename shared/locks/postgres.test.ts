import { postgresLocksHarness } from './postgres.harness.ts';
import { ticketLocksConformance } from './ticket-locks.conformance.ts';

ticketLocksConformance('PostgreSQL', () => postgresLocksHarness());
