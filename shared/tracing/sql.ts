import { LRUCache } from 'lru-cache';
import type postgres from 'postgres';
import { type Attributes, currentSpan, outsideTrace } from './span.ts';

/** What the driver has of a statement; its types show a part of it. */
type Statement = PromiseLike<{ command?: string; count?: number }> & {
  handle?: () => Promise<void>;
  statement?: { string: string } | null;
};

type Callback = (sql: postgres.TransactionSql) => unknown;

/**
 * The same client, whose statements are spans of the current trace, by the semantic conventions of PostgreSQL. A span
 * begins when its statement is asked for, so the wait for a connection is in it. It has the statement's text, in which
 * values are only numbered.
 */
export function tracedSql<S extends postgres.Sql | postgres.TransactionSql>(sql: S, attributes: Attributes): S {
  const watched = (query: unknown) => watch(query as Statement, attributes);
  return new Proxy(sql, {
    apply: (target, self, args) => watched(Reflect.apply(target, self, args)),
    get(target, name, receiver) {
      const member = Reflect.get(target as object, name, receiver);
      if (name === 'unsafe') return (...args: unknown[]) => watched(member(...args));
      if (name !== 'begin') return member;
      // The callback comes last, behind options.
      return (...args: unknown[]) => {
        const work = args.pop() as Callback;
        return member(...args, (inner: postgres.TransactionSql) => work(tracedSql(inner, attributes)));
      };
    },
  });
}

const lines = new LRUCache<string, string>({ max: 500 });

function onOneLine(text: string): string {
  const known = lines.get(text);
  if (known !== undefined) return known;
  const line = text.replace(/\s+/g, ' ').trim();
  lines.set(text, line);
  return line;
}

/** A fragment of a statement is never handled by itself, and gets no span. */
function watch(query: Statement, attributes: Attributes): Statement {
  const parent = currentSpan();
  const { handle } = query ?? {};
  if (!parent || typeof handle !== 'function') return query;
  let isBegun = false;
  query.handle = () => {
    if (!isBegun) {
      isBegun = true;
      const span = parent.child('postgresql', { kind: 'client', attributes });
      const end = (command: string | undefined, rows: number | undefined, error?: unknown) => {
        if (command) span.rename(command);
        span.set({
          'db.operation.name': command,
          'db.query.text': query.statement ? onOneLine(query.statement.string) : undefined,
          'db.response.returned_rows': command === 'SELECT' ? rows : undefined,
        });
        span.end(error);
      };
      // Not its own `then`, which would ask for it.
      Promise.prototype.then.call(
        query,
        ({ command, count }: Awaited<Statement>) => end(command, count),
        (error: unknown) => end(undefined, undefined, error),
      );
    }
    return outsideTrace(() => handle.call(query));
  };
  return query;
}
