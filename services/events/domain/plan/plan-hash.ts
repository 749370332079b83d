import { createHash } from 'node:crypto';
import { type Plan, seatFlags } from '../../../../shared/plan/plan.ts';

/** Returns a coordinate as a plan keeps it: to a hundredth, without a negative zero. */
export const rounded = (value: number) => Math.round(value * 100) / 100 + 0;

const colorKeys = new Set(['color', 'border_color']);

/**
 * Returns the one form of all plans that are equal: numbers to a hundredth, colors in small letters, flags once and in
 * the order of the schema, members in the order of the alphabet. The order of sections, rows, seats, areas and
 * decorations is part of a plan.
 */
export function canonicalPlan(plan: Plan): Plan {
  return canonical(plan, '') as Plan;
}

function canonical(value: unknown, key: string): unknown {
  if (typeof value === 'number') return rounded(value);
  if (typeof value === 'string') return colorKeys.has(key) ? value.toLowerCase() : value;
  if (Array.isArray(value)) {
    if (key !== 'flags') return value.map((one) => canonical(one, key));
    return value.length > 0 ? seatFlags.filter((flag) => value.includes(flag)) : value;
  }
  const members = value as Record<string, unknown>;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(members).sort()) {
    if (members[name] !== undefined) copy[name] = canonical(members[name], name);
  }
  return copy;
}

/** Returns the SHA-256 of the canonical form's JSON, in hexadecimal: equal plans have one hash. */
export function planHash(plan: Plan): string {
  return createHash('sha256')
    .update(JSON.stringify(canonicalPlan(plan)))
    .digest('hex');
}
