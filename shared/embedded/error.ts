/** The embedded server could not be run. `message` tells the user what to do; `cause` has the server's own words. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError';
}
