import { z } from 'zod';
import { type Plan, type PlanSection, type Point, planLimits, planSchema } from '../../../../shared/plan/plan.ts';
import { turned } from './geometry.ts';
import { canonicalPlan } from './plan-hash.ts';

const count = (max: number) => z.int().min(1).max(max);

const sectionSchema = z.strictObject({
  name: z.string(),
  category: z.string().optional().describe('The first category unless given'),
  rows: count(planLimits.rowsOfSection),
  seats: count(planLimits.seatsOfRow).describe('In the first row'),
  grow: z.int().min(0).max(20).default(0).describe('Seats that each row has more than the one before'),
  curve: z.number().positive().optional().describe('Radius of the first row; straight unless given'),
  seat_spacing: z.number().positive().default(20),
  row_spacing: z.number().positive().default(25),
  angle: z.number().default(0).describe('Where it stands about the focal point, in degrees clockwise; 0 is below'),
  distance: z.number().min(0).default(100).describe('From the focal point to the middle of the first row'),
  row_names: z.enum(['letters', 'numbers']).default('letters'),
  first_number: z.int().min(0).default(1),
});

/** Describes a plan of grids and curved rows about the point that everybody looks at. */
export const planOutlineSchema = z.strictObject({
  name: z.string().default('Plan'),
  categories: planSchema.shape.categories.default([{ name: 'Standard', color: '#1f77b4' }]),
  focal_point: z.strictObject({ x: z.number(), y: z.number() }).default({ x: 0, y: 0 }),
  sections: z.array(sectionSchema).min(1).max(planLimits.sections),
});

export type PlanOutline = z.input<typeof planOutlineSchema>;
type SectionOutline = z.output<typeof sectionSchema>;

/** Returns how many seats an outline makes: to be asked before they are made. */
export function seatsOfOutline(outline: PlanOutline): number {
  return planOutlineSchema
    .parse(outline)
    .sections.reduce((sum, { rows, seats, grow }) => sum + rows * seats + (grow * rows * (rows - 1)) / 2, 0);
}

/** Returns the plan of an outline, which is not yet checked: two sections may have one name. Throws `ZodError`. */
export function generatePlan(outline: PlanOutline): Plan {
  const { name, categories, focal_point, sections } = planOutlineSchema.parse(outline);
  return canonicalPlan({
    name,
    categories,
    focal_point,
    sections: sections.map((one) => sectionOf(one, focal_point, one.category ?? categories[0]!.name)),
    areas: [],
    decorations: [],
  });
}

function sectionOf(outline: SectionOutline, focal: Point, category: string): PlanSection {
  const rows = Array.from({ length: outline.rows }, (_, r) => {
    const seats = outline.seats + r * outline.grow;
    return {
      name: outline.row_names === 'letters' ? letters(r) : String(r + 1),
      seats: Array.from({ length: seats }, (_, i) => ({
        number: String(outline.first_number + i),
        ...positionOf(outline, focal, r, i - (seats - 1) / 2),
        category,
        flags: [],
      })),
    };
  });
  return { name: outline.name, rows, tables: [] };
}

/** `along` counts seats from the middle of the row, to the right as one looks at the focal point. */
function positionOf(outline: SectionOutline, focal: Point, row: number, along: number): Point {
  const { curve, seat_spacing, row_spacing, angle, distance } = outline;
  const below = { x: focal.x, y: focal.y + distance };
  if (curve === undefined) {
    const seat = { x: below.x + along * seat_spacing, y: below.y + row * row_spacing };
    return turned(seat, focal, angle);
  }
  const middle = { x: below.x, y: below.y - curve };
  const radius = curve + row * row_spacing;
  const degrees = ((along * seat_spacing) / radius) * (180 / Math.PI);
  return turned(turned({ x: middle.x, y: middle.y + radius }, middle, -degrees), focal, angle);
}

/** A to Z, AA to ZZ, AAA: as rows are named. */
function letters(index: number): string {
  return String.fromCharCode(65 + (index % 26)).repeat(1 + Math.floor(index / 26));
}
