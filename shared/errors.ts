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
  | 'payload_too_large'
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

/** A server we need is away, hung or restarting: the same request may succeed in a moment. */
export function unavailable(server: string, cause: unknown): AppError {
  return new AppError('unavailable', 'The service is temporarily unavailable; repeat the request in a moment', {
    cause: new Error(`${server} is unavailable`, { cause }),
  });
}

export const isAppError = (error: unknown, code: ErrorCode): error is AppError =>
  error instanceof AppError && error.code === code;
