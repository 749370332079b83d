import { startPlatform } from './platform.ts';
import { contractSuite } from './suite.ts';

contractSuite('the three binaries on the real servers', async () =>
  (await startPlatform({ roles: ['events', 'booking', 'search'] })).target(),
);
