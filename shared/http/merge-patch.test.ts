import { expect, test } from 'bun:test';
import { z } from '@hono/zod-openapi';
import { mergePatch, patchBody } from './merge-patch.ts';

/** Appendix A of RFC 7396. */
test.each<[target: unknown, patch: unknown, result: unknown]>([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [
    ['a', 'b'],
    ['c', 'd'],
    ['c', 'd'],
  ],
  [{ a: 'b' }, ['c'], ['c']],
  [{ a: 'foo' }, null, null],
  [{ a: 'foo' }, 'bar', 'bar'],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: 'b', c: null }, { a: 'b' }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j patched by %j is %j', (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result);
});

test('a member named __proto__ is a member, and changes no prototype', () => {
  const merged = mergePatch({}, JSON.parse('{"__proto__": {"admin": true}}')) as { admin?: boolean };
  expect(merged.admin).toBeUndefined();
  expect(Object.keys(merged)).toEqual(['__proto__']);
});

test('the body of a patch has any of the members, in objects too, or null', () => {
  const thing = z.strictObject({ name: z.string(), at: z.strictObject({ x: z.number(), y: z.number() }).optional() });
  const { schema } = patchBody(thing, 'ChangeThing', {}).content['application/json'];
  const isPatch = (body: object) => schema.safeParse(body).success;
  for (const body of [{}, { name: null }, { at: { x: 1 } }, { at: null }])
    expect([body, isPatch(body)]).toEqual([body, true]);
  for (const body of [{ nam: 'x' }, { name: 1 }, { at: { z: 1 } }])
    expect([body, isPatch(body)]).toEqual([body, false]);
});
