import { z } from 'zod';

/** The part of an OpenAPI document that tests read. */
export type Document = {
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object>; securitySchemes?: Record<string, object> };
};
export type Operation = {
  operationId: string;
  description: string;
  tags: string[];
  security: object[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<
    string,
    { headers?: Record<string, { required?: boolean }>; content?: Record<string, Media>; links?: Links }
  >;
};
type Schema = z.core.JSONSchema.BaseSchema & { example?: unknown };
type Parameter = { name: string; in: string; required?: boolean; schema: Schema };
export type Media = { schema: object; examples?: Record<string, { value: unknown }> };
type Links = Record<string, { operationId: string; parameters?: Record<string, string> }>;

/** Every operation with its name, such as `GET /events/{uuid}`. */
export function operationsOf({
  paths,
}: Document): { name: string; method: string; path: string; operation: Operation }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([lower, operation]) => {
      const method = lower.toUpperCase();
      return { name: `${method} ${path}`, method, path, operation };
    }),
  );
}

/** Reads JSON as its schema says; `whole`: with no member that is not in it. */
export function readerOf(schema: object, { components }: Pick<Document, 'components'>, whole: boolean): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: components.schemas }).replaceAll('#/components/schemas/', '#/$defs/');
  const close = (_: string, value: { properties?: object }) =>
    whole && value?.properties && !('additionalProperties' in value)
      ? { ...value, additionalProperties: false }
      : value;
  return z.fromJSONSchema(JSON.parse(text, close));
}
