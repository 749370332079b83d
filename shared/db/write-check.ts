const everyMs = 1000;

/**
 * Returns a check that the server can write, made of `ask`, which runs statements as one transaction. A result is valid
 * for a second, and concurrent callers share one check.
 *
 * A row's lock is written to the log and flushed, yet leaves no dead row behind, however long nothing is vacuumed; a
 * read-only server refuses it. Rows beyond the memory of a statement need space on the disk of the data, which a table
 * with free space would not show.
 */
export function writeCheck(ask: (statements: string) => Promise<unknown>, application: string, nowMs: () => number) {
  const key = `'written-by:${application.replaceAll("'", "''")}'`;
  const statements = `
    insert into app_state (key, value) values (${key}, '') on conflict (key) do nothing;
    select from app_state where key = ${key} for update skip locked;
    set local work_mem = '64kB';
    set local temp_tablespaces = '';
    select count(*) from generate_series(1, 10000)`;
  let provenMs = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  async function prove(): Promise<void> {
    await ask(statements);
    provenMs = nowMs();
  }

  return async (): Promise<void> => {
    if (nowMs() - provenMs < everyMs) return;
    underWay ??= prove().finally(() => {
      underWay = undefined;
    });
    await underWay;
  };
}
