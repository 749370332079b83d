import { parseAccept } from 'hono/utils/accept';

/** The plain body of an error: its code, what to do, and its details. */
export type ErrorBody = { error: string; message: string; [detail: string]: unknown };

export const problemType = 'application/problem+json';

/** Returns whether a request asks for errors as RFC 9457 has them; a mere wildcard asks for nothing new. */
export function wantsProblem(accept = ''): boolean {
  if (!/problem\+json/i.test(accept)) return false;
  return parseAccept(accept).some(({ type, q }) => type.toLowerCase() === problemType && q > 0);
}

/**
 * Returns an error's body as a problem of RFC 9457. It keeps all members of the plain one, so whoever reads that reads
 * this. `instance` names the request as the log does.
 */
export const problemOf = <B extends ErrorBody>(body: B, status: number, requestId: string) => ({
  ...body,
  type: `urn:onsale:error:${body.error}`,
  title: titleOf(body.error),
  status,
  detail: body.message,
  instance: `urn:onsale:request:${requestId}`,
});

/** A code in words: the same for each error with this code. */
const titleOf = (code: string) => code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ');

type Media = { schema?: object };
type Responses = Record<string, { content?: Record<string, Media> }>;
type Document = { paths?: object; components?: { schemas?: object } };

/** The members that a problem has besides those of the plain body. */
const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'instance'],
  properties: {
    type: { type: 'string', format: 'uri', description: 'The code as a URI', example: 'urn:onsale:error:not_found' },
    title: { type: 'string', description: 'The code in words' },
    status: { type: 'integer', description: 'The status of the response' },
    detail: { type: 'string', description: 'The `message`' },
    instance: { type: 'string', format: 'uri', description: 'The request, by its `X-Request-Id`' },
  },
};

/** Returns an OpenAPI document in which each error may also be a problem; the typed apps know the plain body alone. */
export function withProblems<D extends Document>(document: D): D {
  for (const methods of Object.values(document.paths ?? {})) {
    for (const { responses } of Object.values(methods as Record<string, { responses?: Responses }>)) {
      for (const [status, { content }] of Object.entries(responses ?? {})) {
        const schema = content?.['application/json']?.schema;
        if (!content || !schema || Number(status) < 400) continue;
        content[problemType] = { schema: { allOf: [schema, { $ref: '#/components/schemas/Problem' }] } };
      }
    }
  }
  const { components } = document;
  return { ...document, components: { ...components, schemas: { ...components?.schemas, Problem: problemSchema } } };
}
