/** The embedded server could not be run. `message` tells the user what to do; `cause` holds what the server said. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError';
}
