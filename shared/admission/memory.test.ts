import { jest } from 'bun:test';
import { memoryRateLimit } from './memory.ts';
import { rateLimitConformance } from './rate-limit.conformance.ts';

rateLimitConformance('in this process', async () => {
  jest.useFakeTimers();
  return {
    make: memoryRateLimit,
    advance: async (ms) => void jest.advanceTimersByTime(ms),
    close: async () => void jest.useRealTimers(),
  };
});
