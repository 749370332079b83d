import { startPlatform } from '../rig/platform.ts';
import { contractSuite, webSuite } from './suite.ts';

for (const kind of ['binaries', 'deno'] as const) {
  const start = async (env: Record<string, string> = {}) =>
    (await startPlatform({ kind, roles: ['events', 'booking', 'search'], env })).target();
  contractSuite(`the three services on the real servers (${kind})`, () => start());
  // Limits are then counted in Redis.
  webSuite(`the three services on the real servers (${kind})`, start);
}
