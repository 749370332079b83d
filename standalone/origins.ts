import type { Address } from '../shared/config/environment.ts';
import { reachable } from '../shared/process/program.ts';

/** Returns the origins of services at these addresses, as a browser on this machine has them. */
export const originsOf = (addresses: Address[]): string[] =>
  addresses
    // Any free port is known only when it is taken.
    .filter(({ port }) => port !== 0)
    .flatMap(({ host, port }) => {
      const at = reachable(host);
      return (at === '127.0.0.1' || at === '[::1]' ? [at, 'localhost'] : [at]).map((name) => `http://${name}:${port}`);
    })
    .map((address) => new URL(address).origin);
