import type { ServerConfig } from '../../../shared/config/config.ts';
import type { Ports } from '../domain/ports.ts';

/** What the routes of organisers need: the ports, and the server's proxies, for the address of a caller. */
export type OrganiserDeps = Ports & { server: Pick<ServerConfig, 'proxies'> };
