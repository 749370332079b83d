import postgres from 'postgres';

export type Address = { host: '127.0.0.1'; port: number; user: string; password: string };

/** Returns whether the server at this address lets us in and serves exactly this data folder. */
export async function servesData(address: Address, dataDir: string): Promise<boolean> {
  try {
    return await withConnection(address, async (sql) => {
      const [row] = await sql`show data_directory`;
      return row?.data_directory === dataDir;
    });
  } catch {
    return false;
  }
}

/** Makes sure that the database exists. */
export async function createDatabase(address: Address, name: string): Promise<void> {
  await withConnection(address, async (sql) => {
    const [found] = await sql`select 1 from pg_database where datname = ${name}`;
    if (!found) await sql`create database ${sql(name)}`;
  });
}

async function withConnection<T>(address: Address, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  // Everything that PG… variables of the user's shell could change is set here.
  const sql = postgres({
    ...address,
    database: 'postgres',
    ssl: false,
    max: 1,
    connect_timeout: 2,
    fetch_types: false,
  });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
