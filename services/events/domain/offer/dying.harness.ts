import type { Db } from '../../../../shared/db/client.ts';
import type { TicketLocks } from '../../../../shared/locks/ticket-locks.ts';

/** Thrown by every statement and call of a process that is dead. */
export class Died extends Error {}

/** The point at which a process dies: before or after a statement, a commit, or a call of the lock store. */
export type Crash = { point: number; when: 'before' | 'after' };

/** A process that dies at a point: from then on nothing more of it reaches the database or the lock store. */
export function dyingProcess(db: Db, locks: TicketLocks, crash?: Crash) {
  const points: string[] = [];
  let isDead = false;

  async function step<T>(name: string, work: () => PromiseLike<T>): Promise<T> {
    if (isDead) throw new Died();
    const point = points.push(name) - 1;
    if (crash?.point === point && crash.when === 'before') isDead = true;
    if (isDead) throw new Died();
    const result = await work();
    if (crash?.point === point) isDead = true;
    if (isDead) throw new Died();
    return result;
  }

  /** A statement runs when it is awaited; a fragment of another one never is. */
  const statement = (query: object, name: string): object =>
    new Proxy(query, {
      get(target, key) {
        const member = Reflect.get(target, key, target);
        if (key !== 'then') return typeof member === 'function' ? member.bind(target) : member;
        return (...settled: [never, never]) => step(name, () => target as PromiseLike<unknown>).then(...settled);
      },
    });

  const dying = (sql: Db['sql']): Db['sql'] =>
    new Proxy(sql, {
      apply(target, self, args) {
        const made = Reflect.apply(target as never, self, args) as object;
        const isStatement = Array.isArray(args[0]) && 'raw' in args[0];
        return isStatement ? statement(made, String(args[0][0]).trim().slice(0, 40)) : made;
      },
      get(target, key) {
        const member = Reflect.get(target, key);
        if (key !== 'begin') return member;
        return (modes: string, work: (tx: Db['sql']) => Promise<unknown>) =>
          step('commit', () => target.begin(modes, (tx) => work(dying(tx as never)) as never) as Promise<unknown>);
      },
    });

  const port = new Proxy(locks, {
    get:
      (target, key: keyof TicketLocks) =>
      (...args: never[]) =>
        step(`locks.${key}`, () => (target[key] as (...args: never[]) => Promise<unknown>)(...args)),
  });
  return { db: { ...db, sql: dying(db.sql) }, locks: port, points };
}
