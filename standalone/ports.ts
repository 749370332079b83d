import { sleep } from '../shared/async/clock.ts';
import type { Address } from '../shared/config/environment.ts';
import { whereTaken } from '../shared/http/ports.ts';
import { ListenError } from '../shared/process/lifecycle.ts';

/** How long to wait for an earlier run that is ending to free its ports. */
const patienceMs = 3_000;

/** Throws `ListenError`, naming the variable that moves it, for the first address that stays taken. */
export async function checkFree(addresses: Record<string, Address>): Promise<void> {
  for (const [variable, address] of Object.entries(addresses)) {
    if (await becomesFree(address)) continue;
    const { port } = address;
    throw new ListenError(
      `Port ${port} is taken by another program (perhaps Onsale runs already). ` +
        `Stop it, or set ${variable}, for example ${variable}=127.0.0.1:${port + 100}.`,
    );
  }
}

async function becomesFree(address: Address): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 100) {
    if (!(await whereTaken(address))) return true;
    await sleep(100);
  }
  return !(await whereTaken(address));
}
