import type { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { AppError, type ErrorKind } from '../errors.ts';
import type { Env, Headers } from './env.ts';
import { httpErrors, statusByCode } from './http-errors.ts';
import { type ErrorBody, problemOf, problemType, wantsProblem } from './problem.ts';
import { replyPlain } from './reply.ts';

const statusOf: Record<ErrorKind, ContentfulStatusCode> = {
  invalid_request: 400,
  unauthorized: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  unprocessable: 422,
  too_many_requests: 429,
  internal: 500,
  unavailable: 503,
};

/** How long a caller should wait before it repeats a request, unless the error says more. */
const usualWaitS = 1;

const wantedType = 'must be JSON, sent with Content-Type: application/json';

/** Returns anything thrown as an `AppError`: an unknown error becomes `internal`, and is its cause for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException && error.status < 500) {
    return new AppError('invalid_request', 'Invalid request payload', {
      cause: error,
      details: { issues: [{ path: '', message: error.status === 415 ? wantedType : error.message }] },
    });
  }
  return new AppError('internal', 'Internal server error', { cause: error });
}

/** Returns the status of an error, and its body. */
export const statusAndBody = ({ code, kind, message, details }: AppError) => ({
  status: statusByCode.get(code) ?? statusOf[kind],
  body: { error: code, message, ...details },
});

/**
 * Returns a response with the error's status and `{error, message}`, a `trace_id` where the request is traced, and
 * `Retry-After` where it may succeed later.
 */
export function errorReply(c: Context<Env>, error: AppError): Response {
  const { status, body } = statusAndBody(error);
  const headers: Headers = {};
  if (error.again) headers['Retry-After'] = String(error.waitS ?? usualWaitS);
  // The next bytes on this connection are the rest of the body.
  if (error.code === httpErrors.requestTimeout.code) headers.Connection = 'close';
  const span = c.get('span');
  return bodyReply(c, status, span ? { ...body, trace_id: span.traceId } : body, headers);
}

/** Returns a response with the body of an error, as a problem (RFC 9457) if the request asks for that. */
export function bodyReply(c: Context<Env>, status: ContentfulStatusCode, body: ErrorBody, headers: Headers): Response {
  if (!wantsProblem(c.req.header('Accept'))) return replyPlain(c, body, status, headers);
  const problem = problemOf(body, status, c.get('requestId'));
  return replyPlain(c, problem, status, { ...headers, 'Content-Type': problemType });
}

/** Returns the issues of the closest branch, where the input is a union. */
function inBranches(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [issue];
  const closest = issue.errors.reduce((best, errors) => (errors.length < best.length ? errors : best));
  return closest.flatMap(inBranches).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Returns what is wrong in a failed validation, by the path of each field: also of each member that is not known. */
export const issuesOf = (issues: z.core.$ZodIssue[]): { path: string; message: string }[] =>
  issues.flatMap(inBranches).flatMap((issue) => {
    const at = (path: PropertyKey[], message: string) => ({ path: path.join('.'), message });
    if (issue.code !== 'unrecognized_keys') return [at(issue.path, issue.message)];
    return issue.keys.map((key) => at([...issue.path, key], 'is not known here: leave it out'));
  });

/** Returns a failed validation as a 400 that names each field. */
export function invalidInput(issues: z.core.$ZodIssue[], target: string): AppError {
  // A value in a query string is text: only a parameter that is given again is of another type.
  const again = (issue: z.core.$ZodIssue) => target === 'query' && issue.code === 'invalid_type';
  const told = issues.map((issue) => (again(issue) ? { ...issue, message: 'must be given once' } : issue));
  const details = { issues: issuesOf(told) };
  const message = target === 'json' ? 'Invalid request payload' : 'Invalid request parameters';
  return new AppError('invalid_request', message, { details });
}
