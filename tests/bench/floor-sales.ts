import { randomUUID } from 'node:crypto';
import postgres from 'postgres';
import type { World } from './world.ts';

/**
 * Sells by raw postgres.js, with only the necessary statements of a sale: five plain ones (hold, key, claim, settle,
 * key), each its own durable commit, on ten connections. Returns the number of seats sold per second, two at a time.
 */
export async function sellOnFloor({ db, databaseEnv: env }: World, buyers: number, ms: number): Promise<number> {
  const { sql: admin } = db;
  await admin.unsafe(`
    create schema if not exists floor;
    create table if not exists floor.seats (id int primary key, owner text);
    create table if not exists floor.holds (id text primary key, seats int[]);
    create table if not exists floor.keys (id text primary key, body text);
    create table if not exists floor.orders (id text primary key, status text, total bigint);
    truncate floor.seats, floor.holds, floor.keys, floor.orders;
    insert into floor.seats select generate_series(1, 200000)`);
  await admin.unsafe('analyze floor.seats');
  const sql = postgres({
    host: env.POSTGRES_HOST!,
    port: Number(env.POSTGRES_PORT),
    user: env.POSTGRES_USER!,
    password: env.POSTGRES_PASSWORD!,
    database: env.POSTGRES_DBNAME!,
    max: 10,
    onnotice: () => {},
  });
  let seat = 0;
  let sold = 0;
  const began = performance.now();
  const buyer = async () => {
    while (performance.now() - began < ms) {
      const [id, key, pair] = [randomUUID(), randomUUID(), [++seat, ++seat]];
      await sql`insert into floor.holds values (${id}, ${pair})`;
      await sql`insert into floor.keys values (${key}, null)`;
      await sql`
        with claimed as (update floor.seats set owner = ${id} where id = any(${pair}) and owner is null returning id)
        insert into floor.orders select ${id}, 'pending', 4500 * count(*) from claimed having count(*) = 2`;
      await sql`update floor.orders set status = 'paid' where id = ${id}`;
      await sql`update floor.keys set body = '{}' where id = ${key}`;
      sold += 2;
    }
  };
  try {
    await Promise.all(Array.from({ length: buyers }, buyer));
    return sold / ((performance.now() - began) / 1000);
  } finally {
    await sql.end();
    await admin.unsafe('drop schema floor cascade');
  }
}
