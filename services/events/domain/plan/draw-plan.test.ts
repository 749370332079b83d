import { expect, test } from 'bun:test';
import { drawPlan } from './draw-plan.ts';
import { changed, everything, planOf } from './testing.ts';

const count = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].length;

test('a drawing has each seat with its label, areas, tables, decorations, flags and a legend', () => {
  const svg = drawPlan(planOf(everything()));
  for (const label of ['101-C13, Gold, accessible, beside an aisle', '101-C14, Gold, companion seat', '101-T5-1, Gold'])
    expect(svg).toContain(`<title>${label}</title>`);
  for (const words of ['101 (North)', 'Floor: 2', 'Terrace: 1', 'Stage', 'Bar', 'T6', 'Club', 'restricted view'])
    expect(svg).toContain(`>${words}</text>`);
  expect(count(svg, /<title>[^<]*, Gold[^<]*<\/title>/g)).toBe(8);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});

test('a drawing escapes every text', () => {
  const evil = `<script>"&'`;
  let plan = everything();
  for (const path of [
    ['name'],
    ['sections', 0, 'name'],
    ['sections', 0, 'rows', 0, 'name'],
    ['areas', 0, 'name'],
    ['decorations', 0, 'text'],
  ])
    plan = changed(plan, path, () => evil);
  const svg = drawPlan(planOf(plan));
  expect(count(svg, /&lt;script&gt;&quot;&amp;&#39;/g)).toBeGreaterThan(7);
  expect(svg).not.toContain('<script');
});

test('a plan of nothing but an area without an outline can be drawn', () => {
  const areas = [{ name: 'Floor', category: 'A', capacity: 3 }];
  const svg = drawPlan(planOf({ name: 'Bare', categories: [{ name: 'A' }], areas }));
  expect(svg).toContain('>Floor: 3</text>');
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
});
