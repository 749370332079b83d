import { startPlatform } from '../rig/platform.ts';
import { contractSuite } from './suite.ts';

for (const kind of ['binaries', 'deno'] as const) {
  contractSuite(`the three services on the real servers (${kind})`, async () =>
    (await startPlatform({ kind, roles: ['events', 'booking', 'search'] })).target(),
  );
}
