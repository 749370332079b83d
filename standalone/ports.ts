import { createServer } from 'node:net';
import { sleep } from '../shared/clock.ts';
import type { Address } from '../shared/environment.ts';
import { ListenError } from '../shared/http/serve.ts';

/** An earlier run that is just ending has this long to let go of its ports. */
const patienceMs = 3_000;

/** Throws `ListenError`, naming the variable that moves it, for the first address that stays taken. */
export async function checkFree(addresses: Record<string, Address>): Promise<void> {
  for (const [variable, { host, port }] of Object.entries(addresses)) {
    if (port !== 0 && !(await becomesFree(host, port))) {
      throw new ListenError(
        `Port ${port} is taken by another program (perhaps Onsale runs already). ` +
          `Stop it, or set ${variable}, for example ${variable}=127.0.0.1:${port + 100}.`,
      );
    }
  }
}

async function becomesFree(host: string, port: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += 100) {
    if (await isFree(host, port)) return true;
    await sleep(100);
  }
  return isFree(host, port);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(false);
      else reject(new ListenError(`Can't listen on ${host}:${port}: ${error.message}`, { cause: error }));
    });
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
