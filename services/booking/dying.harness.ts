import type { SaleDeps } from './testing.ts';

const ports = [
  'locks',
  'tickets',
  'reservations',
  'orders',
  'unfinishedPayments',
  'refunds',
  'operations',
  'payments',
  'webhookEvents',
] as const;

/** Thrown by every port of a process that is dead. */
export class Died extends Error {}

/** The call of a port at which a process dies: just before it, or just after it was done. */
export type Crash = { call: number; when: 'before' | 'after' };

/**
 * The ports of a process that dies at a call of one of them; from then on it does nothing more, cleanup included.
 * Unfinished work stays as it is, until another process sweeps.
 */
export function dying(deps: SaleDeps, crash: Crash | undefined) {
  const calls: string[] = [];
  let dead = false;
  const wrapped = <T extends object>(name: string, port: T): T =>
    new Proxy(port, {
      get(target, key) {
        const method = target[key as keyof T];
        // `bounds` makes no request.
        if (typeof method !== 'function' || key === 'bounds') return method;
        return async (...args: unknown[]) => {
          if (dead) throw new Died();
          const call = calls.push(`${name}.${String(key)}`) - 1;
          if (crash?.call === call && crash.when === 'before') dead = true;
          if (dead) throw new Died();
          const answer = await method.apply(target, args);
          if (crash?.call === call) dead = true;
          if (dead) throw new Died();
          return answer;
        };
      },
    });
  return {
    deps: { ...deps, ...Object.fromEntries(ports.map((name) => [name, wrapped(name, deps[name])])) } as SaleDeps,
    calls,
    /** Has something else of the process die with it. */
    wrapped,
  };
}
