import { beforeAll, describe, expect, test } from 'bun:test';
import { problemOf } from '../shared/http/problem.ts';
import { type Document, type Operation, operationsOf, readerOf } from '../tests/contract/documents.ts';
import { apiDocuments } from './api.ts';
import { problemsOf } from './api-linters.ts';

let documents: Record<string, Document>;
let operations: { name: string; path: string; operation: Operation; document: Document }[];

beforeAll(async () => {
  documents = (await apiDocuments()) as Record<string, Document>;
  operations = Object.values(documents).flatMap((document) =>
    operationsOf(document).map((one) => ({ ...one, document })),
  );
});

/** The operations by which buyers read events. */
const open = [
  'listEvents',
  'viewEvent',
  'viewSeats',
  'watchEvent',
  'viewCalendar',
  'viewLinkedData',
  'viewPlanSchema',
  'viewEventPlan',
  'viewPlanByHash',
];

describe('the API documents', () => {
  test('follow the recommended rules of Redocly and Spectral', async () => {
    expect(await problemsOf(documents)).toEqual([]);
  });

  test('break them when an operation loses its name, or an example breaks its pattern', async () => {
    const booking = structuredClone(documents.booking!);
    const order = booking.paths['/api/v1/booking/orders']!.post!;
    const key = order.parameters!.find(({ name }) => name === 'idempotency-key')!;
    key.schema.example = 'c3f1…';
    delete (order as Partial<Operation>).operationId;
    const problems = (await problemsOf({ booking })).map((line) => line.split(' ').slice(0, 3).join(' '));
    expect(problems.sort()).toEqual([
      'redocly: booking: no-invalid-schema-examples',
      'redocly: booking: operation-operationId',
      'spectral: booking: oas3-valid-schema-example',
      'spectral: booking: operation-operationId',
    ]);
  });

  test('name each operation once, over all three', () => {
    const names = operations.map(({ operation }) => String(operation.operationId));
    expect(names.filter((name) => !/^[a-z]+([A-Z][a-z]+)+$/.test(name))).toEqual([]);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    expect(names.length).toBeGreaterThan(15);
  });

  test('describe each operation, and each group of them', () => {
    for (const { name, operation, document } of operations) {
      expect([name, operation.description?.length > 20]).toEqual([name, true]);
      for (const tag of operation.tags)
        expect(document.tags).toContainEqual({ name: tag, description: expect.any(String) });
    }
  });

  test('require a token at every route of booking’s API and of organisers, and nowhere else', () => {
    for (const { name, path, operation } of operations) {
      const isOurs = /^\/api\/v1\/(booking|management)\//.test(path) && !open.includes(operation.operationId);
      expect([name, operation.security]).toEqual([name, isOurs ? [{ bearer: [] }] : []]);
      // A search asks for one only to explain itself.
      const mayAsk = isOurs || operation.operationId === 'searchEvents';
      expect([name, '401' in operation.responses]).toEqual([name, mayAsk]);
    }
  });

  test('list the codes of every refusal, and when to retry', () => {
    for (const { name, operation, document } of operations) {
      for (const [status, { headers = {}, content }] of Object.entries(operation.responses)) {
        if (Number(status) < 400 || !content) continue;
        const codes = codesOf(content['application/json']!.schema);
        expect([name, status, codes.length > 0]).toEqual([name, status, true]);
        const mayRepeat = codes.some((code) =>
          ['unavailable', 'payment_pending', 'request_in_progress', 'offer_under_way', 'too_many_requests'].includes(
            code,
          ),
        );
        expect([name, status, 'Retry-After' in headers]).toEqual([name, status, mayRepeat]);
        const reader = readerOf(content['application/json']!.schema, document, false);
        expect(reader.safeParse({ error: codes[0], message: 'Wait' }).success).toBe(true);
        expect(reader.safeParse({ error: 'no_such_code', message: 'Wait' }).success).toBe(false);

        const problem = readerOf(content['application/problem+json']!.schema, document, false);
        const body = problemOf({ error: codes[0]!, message: 'Wait' }, Number(status), 'an-id');
        expect(problem.safeParse(body).success).toBe(true);
        expect(problem.safeParse({ ...body, error: 'no_such_code' }).success).toBe(false);
        expect(problem.safeParse({ ...body, detail: undefined }).success).toBe(false);
      }
    }
  });

  test.each([
    ['the sandbox', { sandbox: {} }],
    ['Stripe', { readWebhook: {} }],
    ['Stripe without a webhook', {}],
  ])('link to operations that are there, by parameters that these have, with %s', async (_, sides) => {
    let links = 0;
    for (const document of Object.values(await apiDocuments(sides)) as Document[]) {
      const here = operationsOf(document);
      for (const { operation } of here) {
        for (const link of Object.values(operation.responses).flatMap((response) =>
          Object.values(response.links ?? {}),
        )) {
          links++;
          const target = here.find((one) => one.operation.operationId === link.operationId);
          expect({ link, there: target !== undefined }).toMatchObject({ there: true });
          const names = target?.operation.parameters?.map(({ name }) => name) ?? [];
          expect(names).toEqual(expect.arrayContaining(Object.keys(link.parameters ?? {})));
        }
      }
    }
    expect(links).toBeGreaterThan(5);
  });

  test('have examples that fit their schemas', () => {
    let seen = 0;
    for (const document of Object.values(documents)) {
      for (const { at, example, schema } of examplesIn(document)) {
        seen++;
        const problems = readerOf(schema, document, true).safeParse(example).error?.issues ?? [];
        expect({ at, example, problems }).toEqual({ at, example, problems: [] });
      }
    }
    expect(seen).toBeGreaterThan(30);
  });
});

/** Returns the possible values of `error`; the schema of an error is a base and its specific members. */
function codesOf(schema: object): string[] {
  const { allOf = [] } = schema as { allOf?: { properties?: { error?: { enum?: string[] } } }[] };
  return allOf.flatMap((part) => part.properties?.error?.enum ?? []);
}

type Found = { at: string; example: unknown; schema: object };

/** Returns every example of a document with its schema: those of schemas, and those beside one. */
function examplesIn(node: unknown, at = ''): Found[] {
  if (typeof node !== 'object' || node === null) return [];
  const { example, examples, schema, ...rest } = node as Record<string, unknown>;
  const own = example === undefined ? [] : [{ at, example, schema: (schema as object) ?? rest }];
  const named = Object.entries((examples ?? {}) as Record<string, { value: unknown }>).map(([name, { value }]) => {
    return { at: `${at}/examples/${name}`, example: value, schema: schema as object };
  });
  const inner = Object.entries({ ...rest, ...(schema ? { schema } : {}) });
  return [...own, ...named, ...inner.flatMap(([key, value]) => examplesIn(value, `${at}/${key}`))];
}
