import { stackRedis } from '../testing/stack.ts';
import { redisLocksHarness } from './redis.harness.ts';
import { ticketLocksConformance } from './ticket-locks.conformance.ts';

ticketLocksConformance('Redis', () => redisLocksHarness(stackRedis()));
