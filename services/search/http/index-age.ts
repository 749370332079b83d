/** Returns how many seconds ago the index was last known to have all of the database. */
export type Age = () => number | undefined;

/** The header of each response from the index, for the documents. */
export const ageHeaders = {
  'X-Index-Age': {
    description:
      'How many seconds ago the index was last known to have all of the database; absent while it is not known',
    schema: { type: 'integer' as const },
  },
};

/** The header as it is now. */
export function withAge(age: Age): Record<string, string> | undefined {
  const seconds = age();
  return seconds === undefined ? undefined : { 'X-Index-Age': String(seconds) };
}
