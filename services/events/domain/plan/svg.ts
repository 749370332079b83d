import type { Point } from '../../../../shared/plan/plan.ts';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replace(/[&<>"']/g, (one) => escapes[one]!);

export type Attributes = Record<string, string | number | undefined>;

/** Returns a number to a hundredth, for a drawing. */
const short = (value: number) => String(Math.round(value * 100) / 100);

/** Returns an element; every attribute is escaped, and its content must be. */
export function element(name: string, attributes: Attributes, ...content: string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escaped(value!)}"`)
    .join('');
  return content.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${content.join('')}</${name}>`;
}

/** Returns an escaped text round a point. */
export const text = (words: string, { x, y }: Point, size: number, attributes: Attributes = {}) =>
  element('text', { x, y, 'font-size': size, ...attributes }, escaped(words));

export const title = (words: string) => element('title', {}, escaped(words));

export const pointsOf = (points: readonly Point[]) => points.map(({ x, y }) => `${short(x)},${short(y)}`).join(' ');
