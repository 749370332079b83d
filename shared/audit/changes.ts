import { isDeepStrictEqual } from 'node:util';

type Members = { [member: string]: unknown };

/** Returns the members of a thing that differ, as they were and as they are; undefined when none does. */
export function changesOf(was: Members, is: Members): { before: Members; after: Members } | undefined {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])].filter(
    (name) => !isDeepStrictEqual(was[name], is[name]),
  );
  if (names.length === 0) return undefined;
  const of = (thing: Members) => Object.fromEntries(names.map((name) => [name, thing[name] ?? null]));
  return { before: of(was), after: of(is) };
}
