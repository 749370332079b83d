import { z } from 'zod';

/** The limits of a plan. */
export const planLimits = {
  places: 100_000,
  bytes: 32 * 1024 * 1024,
  nameLength: 100,
  categories: 100,
  sections: 2000,
  rowsOfSection: 1000,
  seatsOfRow: 1000,
  tables: 5000,
  seatsOfTable: 100,
  areas: 500,
  decorations: 2000,
  pointsOfPolygon: 500,
  coordinate: 1_000_000,
} as const;

export const seatFlags = ['accessible', 'companion', 'restricted_view', 'aisle'] as const;

const { nameLength, coordinate } = planLimits;
/** Control characters and line breaks would make two labels that look the same. */
const printable = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;

const anyName = z
  .string()
  .normalize('NFC')
  .trim()
  .max(nameLength)
  .regex(printable, 'has a control character')
  .refine((text) => text.isWellFormed(), 'has a lone surrogate: half of a character');
const name = anyName.min(1);
const at = z.number().min(-coordinate).max(coordinate);
const length = z.number().positive().max(coordinate);
const color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'must be a color such as #1f77b4');
const list = <T extends z.ZodType>(item: T, max: number) => z.array(item).max(max);

const point = z.strictObject({ x: at, y: at });
const polygon = list(point, planLimits.pointsOfPolygon).min(3);

const seat = z.strictObject({
  number: name.describe('Unique in its row: `14`, `14A`'),
  x: at,
  y: at,
  category: name.describe('The name of a category'),
  flags: list(z.enum(seatFlags), seatFlags.length).default([]),
});

const row = z.strictObject({
  name: anyName.describe('`C`, `12`; empty for a bench or box without rows'),
  seats: list(seat, planLimits.seatsOfRow).min(1).describe('As they stand beside each other'),
});

const table = z.strictObject({
  name,
  x: at.describe('Its middle'),
  y: at,
  sold: z.enum(['by seat', 'whole']).describe('A table sold whole is one place; its seats have one category'),
  seats: list(seat, planLimits.seatsOfTable).min(1),
});

const section = z.strictObject({
  name: anyName.describe('Unique; empty for a hall without sections'),
  entrance: name.optional(),
  polygon: polygon.optional(),
  rows: list(row, planLimits.rowsOfSection).default([]).describe('The best first, as a rule the front one'),
  tables: list(table, planLimits.tables).default([]),
});

const area = z.strictObject({
  name: name.describe('Unique; its places are `<name> 1` to `<name> <capacity>`'),
  category: name,
  capacity: z.int().min(1).max(planLimits.places),
  polygon: polygon.optional(),
});

const look = { color: color.optional(), border_color: color.optional(), text: name.optional() };
const rotation = z.number().min(-360).max(360).optional().describe('Degrees, clockwise, about x and y');

const decoration = z.discriminatedUnion('shape', [
  z.strictObject({ shape: z.literal('rectangle'), x: at, y: at, width: length, height: length, rotation, ...look }),
  z.strictObject({ shape: z.literal('ellipse'), x: at, y: at, radius_x: length, radius_y: length, rotation, ...look }),
  z.strictObject({ shape: z.literal('polygon'), points: polygon, ...look }),
  z.strictObject({
    shape: z.literal('text'),
    x: at,
    y: at,
    size: length.optional(),
    rotation,
    color: color.optional(),
    text: name,
  }),
]);

/** A seating plan: the schema of our own format, without the rules that go over several members (`checkPlan`). */
export const planSchema = z.strictObject({
  name,
  bounds: z
    .strictObject({ x: at, y: at, width: length, height: length })
    .optional()
    .describe('The least that a drawing shows; x goes right and y goes down, in any unit'),
  categories: list(z.strictObject({ name, color: color.optional() }), planLimits.categories).min(1),
  sections: list(section, planLimits.sections).default([]),
  areas: list(area, planLimits.areas).default([]).describe('General admission'),
  focal_point: point.optional().describe('Where everybody looks: the middle of the stage'),
  decorations: list(decoration, planLimits.decorations).default([]).describe('Drawn, never sold'),
});

export type Plan = z.infer<typeof planSchema>;
export type PlanInput = z.input<typeof planSchema>;
export type PlanSection = Plan['sections'][number];
export type PlanRow = PlanSection['rows'][number];
export type PlanTable = PlanSection['tables'][number];
export type PlanSeat = PlanRow['seats'][number];
export type PlanArea = Plan['areas'][number];
export type Decoration = Plan['decorations'][number];
export type Point = z.infer<typeof point>;
export type SeatFlag = (typeof seatFlags)[number];

/** Returns the JSON Schema (draft 2020-12) of our own format. */
export function planJsonSchema() {
  return { title: 'Seating plan', ...z.toJSONSchema(planSchema, { io: 'input' }) };
}
