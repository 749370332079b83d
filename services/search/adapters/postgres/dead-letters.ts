import type { Db } from '../../../../shared/db/client.ts';
import type { Change } from '../../domain/changes/change-source.ts';
import type { DeadLetters } from '../../domain/changes/dead-letters.ts';

/** Dead letters in the table cdc_dead_letters, each with its position and cause. */
export function postgresDeadLetters(db: Db): DeadLetters {
  return {
    async put(change, cause) {
      await db.run(
        () => db.sql`
          insert into cdc_dead_letters (position, payload, cause)
          values (${change.position}, ${JSON.stringify(legible(change), plain)}::text::jsonb, ${cause.replaceAll('\0', '')})`,
      );
    },
  };
}

/** JSON has no bigint and no bytes, and PostgreSQL's jsonb no NUL. */
function plain(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
  return value;
}

/** The message that could not be read, as text. */
function legible({ original, ...change }: Change): object {
  const textOf = (bytes: Uint8Array | null) => bytes && new TextDecoder().decode(bytes);
  return original ? { ...change, original: { key: textOf(original.key), value: textOf(original.value) } } : change;
}
