/** The `error` member of a response. */
export type ErrorBody = {
  type: 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';
  message: string;
  code?: string | undefined;
  decline_code?: string | undefined;
  param?: string | undefined;
  charge?: string | undefined;
  payment_intent?: object | undefined;
};

/** A refused request. If the endpoint had `begun` its work, an idempotency key keeps the response. */
export class Failure extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly begun: boolean;

  constructor(status: number, body: ErrorBody, begun = false) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.begun = begun;
  }
}

/** An invalid parameter: found before anything is done. */
export const invalid = (message: string, param?: string, code?: string): Failure =>
  new Failure(400, { type: 'invalid_request_error', message, code, param });

/** A missing object: 404 when the path names it, 400 when a parameter does. */
export const missing = (what: string, id: string, param: string, status: 400 | 404 = 400): Failure =>
  new Failure(status, {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param,
    message: `No such ${what}: '${id}'`,
  });

/** The request is sound, but not now. */
export const refused = (message: string, more: Partial<ErrorBody> = {}): Failure =>
  new Failure(400, { type: 'invalid_request_error', message, ...more }, true);
