/** Kinds of errors, which know no transport; `shared/http/errors.ts` gives each its status. */
export type ErrorKind =
  | 'invalid_request'
  | 'unauthorized'
  | 'payment_required'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'unprocessable'
  | 'too_many_requests'
  | 'internal'
  | 'unavailable';

/**
 * An error by its code, which never changes. `again`: the same request may succeed in a moment. A kind alone is an
 * error with that code; each service has errors of its own.
 */
export type ErrorType = { code: string; kind: ErrorKind; again?: true };

/** An error for the caller. The message is for the caller and says what to do; the cause is only for the log. */
export class AppError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly again: boolean;
  /** How long to wait before the request is repeated, where that is known, in seconds. */
  readonly waitS: number | undefined;
  /** More members for the response's body, such as which fields were wrong. */
  readonly details: Record<string, unknown>;

  constructor(
    type: ErrorType | ErrorKind,
    message: string,
    options: { cause?: unknown; details?: Record<string, unknown>; waitS?: number } = {},
  ) {
    super(message, { cause: options.cause });
    const { code, kind, again = false } = errorType(type);
    this.name = 'AppError';
    this.code = code;
    this.kind = kind;
    this.again = again;
    this.waitS = options.waitS;
    this.details = options.details ?? {};
  }
}

/** Returns the error of a kind alone. */
export const errorType = (type: ErrorType | ErrorKind): ErrorType =>
  typeof type !== 'string' ? type : { code: type, kind: type, ...(passing.includes(type) && { again: true }) };

const passing: ErrorKind[] = ['unavailable', 'too_many_requests'];

/** The cursor of a list is not one that it has given out. */
export const unknownCursor = () =>
  new AppError('invalid_request', 'Invalid request parameters', {
    details: { issues: [{ path: 'cursor', message: 'must be the next_cursor of an earlier page of the list' }] },
  });

const comeBack = 'The service is temporarily unavailable; repeat the request in a moment';

/** A needed server is away, hung or restarting: the same request may succeed in a moment. */
export function unavailable(server: string, cause: unknown): AppError {
  return new AppError('unavailable', comeBack, { cause: new Error(`${server} is unavailable`, { cause }) });
}

/**
 * A server responds but can't do its work: the wrong version, a setting, a standby, a full disk. To a caller it is
 * `unavailable`. `reason` is one public sentence for operators, which `/readyz` and the log show when a check throws
 * this, itself or as the cause of another error.
 */
export class Unfit extends AppError {
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super('unavailable', comeBack, { cause: new Error(reason, { cause }) });
    this.name = 'Unfit';
    this.reason = reason;
  }
}

/** Returns the reason of an `Unfit`, or of one that caused this error. */
export function reasonOf(error: unknown): string | undefined {
  for (const one of causesOf(error)) if (one instanceof Unfit) return one.reason;
  return undefined;
}

/** Returns the code of an error: the system's, a runtime's or a server's; empty for one that has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

export const isAppError = (error: unknown, code: string): error is AppError =>
  error instanceof AppError && error.code === code;

/** Returns an error and its causes, the outermost first; none for what is no error. */
export function causesOf(error: unknown): Error[] {
  const found: Error[] = [];
  for (let at = error; at instanceof Error; at = at.cause) found.push(at);
  return found;
}
