import { join } from 'node:path';
import { type Env, type Server, startServer } from '../../processes.ts';
import { root, type World } from '../../world.ts';

/** Starts a service's compiled binary, which `npm run bench` builds first. */
export const startBinary = (world: World, name: 'events' | 'booking' | 'search', env: Env = {}): Promise<Server> =>
  startServer([join(root, 'dist', name)], { ...world.databaseEnv, SERVER_ADDR: '127.0.0.1:0', ...env });
