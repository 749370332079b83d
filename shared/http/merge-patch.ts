import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { invalidInput } from './errors.ts';

export const mergePatchType = 'application/merge-patch+json';

type JsonObject = { [member: string]: unknown };

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the target with the patch applied (RFC 7396): null removes a member, and an array is replaced as a whole. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const members = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, mergePatch(members.get(name), value));
  }
  // Defines each member, where an assignment of `__proto__` would set the prototype.
  return Object.fromEntries(members);
}

/**
 * The body of a PATCH: any members of what a POST takes, null for those to clear. It is sent as
 * `application/merge-patch+json`, or as plain JSON. Read it by `patchOf`.
 */
export function patchBody(schema: z.ZodObject, name: string, example: object) {
  const content = { schema: patchOfObject(schema).openapi(name, { example }) };
  return { required: true, content: { [mergePatchType]: content, 'application/json': content } };
}

const patchOfObject = ({ shape }: z.ZodObject) =>
  z.strictObject(
    Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, patchOfMember(type as z.ZodType)])),
  );

function patchOfMember(type: z.ZodType): z.ZodType {
  const inner = type instanceof z.ZodOptional ? type.unwrap() : type;
  return (inner instanceof z.ZodObject ? patchOfObject(inner) : type).nullable().optional();
}

/**
 * Returns a function that applies the request's patch to a thing, as a POST would send it, and checks the whole by the
 * schema of the POST. It throws `invalid_request` with each field that is wrong. (The patch is taken as it was sent:
 * what its own validation returns has defaults.)
 */
export async function patchOf<S extends z.ZodType>(c: Context, schema: S): Promise<(current: object) => z.output<S>> {
  const patch = await c.req.json();
  return (current) => {
    const result = schema.safeParse(mergePatch(current, patch));
    if (!result.success) throw invalidInput(result.error.issues, 'json');
    return result.data;
  };
}
