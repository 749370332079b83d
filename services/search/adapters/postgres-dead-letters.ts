import type { Db } from '../../../shared/db/client.ts';
import type { DeadLetters } from '../domain/dead-letters.ts';

/** Dead letters in the table cdc_dead_letters, each with its position and cause. */
export function postgresDeadLetters(db: Db): DeadLetters {
  return {
    async put(change, cause) {
      await db.run(
        () => db.sql`
          insert into cdc_dead_letters (position, payload, cause)
          values (${change.position}, ${JSON.stringify(change, plain)}::text::jsonb, ${cause})`,
      );
    },
  };
}

/** JSON has no bigint, and PostgreSQL's jsonb no NUL. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return value.replaceAll('\0', '');
  return value;
}
