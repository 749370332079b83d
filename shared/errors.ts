/**
 * What can go wrong, by stable codes that know no transport; `shared/http/errors.ts` maps them to statuses.
 * The message is for the caller and says what to do; the cause is for the log alone.
 */
export type ErrorCode =
  | 'invalid_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'headers_too_large'
  | 'event_not_found'
  | 'ticket_not_available'
  | 'sales_ended'
  | 'seat_stranded'
  | 'amount_not_chargeable'
  | 'ticket_not_reserved'
  | 'too_many_tickets'
  | 'reservation_not_found'
  | 'reservation_expired'
  | 'reservation_extended'
  | 'reservation_sold'
  | 'order_not_found'
  | 'order_not_refundable'
  | 'event_begun'
  | 'idempotency_key_reused'
  | 'request_in_progress'
  | 'payment_declined'
  | 'payment_pending'
  | 'payment_requires_action'
  | 'unavailable'
  | 'internal';

export class AppError extends Error {
  readonly code: ErrorCode;
  /** More members for the answer's body, such as which fields were wrong. */
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; details?: Record<string, unknown> } = {}) {
    super(message, { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

const comeBack = 'The service is temporarily unavailable; repeat the request in a moment';

/** A server we need is away, hung or restarting: the same request may succeed in a moment. */
export function unavailable(server: string, cause: unknown): AppError {
  return new AppError('unavailable', comeBack, { cause: new Error(`${server} is unavailable`, { cause }) });
}

/**
 * A server answers and can't do its work for us: the wrong version, a setting, a standby, a full disk. To a caller it is
 * `unavailable`. `reason` is one public sentence for operators: `/readyz` and the log tell it when a check throws this, as it
 * is or as the cause of another error.
 */
export class Unfit extends AppError {
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super('unavailable', comeBack, { cause: new Error(reason, { cause }) });
    this.name = 'Unfit';
    this.reason = reason;
  }
}

/** The reason of an `Unfit`, or of one that caused this error. */
export function reasonOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof Unfit) return at.reason;
  return undefined;
}

export const isAppError = (error: unknown, code: ErrorCode): error is AppError =>
  error instanceof AppError && error.code === code;
