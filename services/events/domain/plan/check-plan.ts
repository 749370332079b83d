import type { z } from 'zod';
import { areaLabel, labelPrefix, seatLabel, tableLabel } from '../../../../shared/plan/places.ts';
import { type Plan, planLimits, planSchema } from '../../../../shared/plan/plan.ts';
import { canonicalPlan } from './plan-hash.ts';

/** A fault at a member of the plan, such as `sections[2].rows[0].seats[14].category`, or at a line of a file. */
export type PlanFault = { path: string; message: string };

/** The faults that are told, and how many more there are. */
export type PlanFaults = { faults: PlanFault[]; more: number };

const maxTold = 100;
/** Five times the places: so many wrong ones cost a moment, and not the memory of the process. */
const maxParts = 5 * planLimits.places;

/** Collects faults, and counts those beyond the first hundred. */
export class FaultList {
  readonly faults: PlanFault[] = [];
  more = 0;

  add(path: string, message: string): void {
    if (this.faults.length < maxTold) this.faults.push({ path, message });
    else this.more++;
  }

  get isEmpty(): boolean {
    return this.faults.length === 0;
  }

  told(): PlanFaults {
    return { faults: this.faults, more: this.more };
  }
}

/** Returns the plan in its canonical form, or every fault of it. */
export function checkPlan(input: unknown): { plan: Plan } | PlanFaults {
  const list = new FaultList();
  if (partsIn(input) > maxParts) {
    list.add('', `has over ${maxParts} seats, flags and corners in all: split the plan`);
    return list.told();
  }
  const parsed = planSchema.safeParse(input, { error: messageOf });
  if (parsed.success) {
    const plan = canonicalPlan(parsed.data);
    checkNames(plan, list);
    return list.isEmpty ? { plan } : list.told();
  }
  for (const issue of parsed.error.issues) addIssue(issue, list);
  checkNames(input as Plan, list);
  return list.told();
}

/** Returns how many items all lists have, and stops counting when there are too many. */
function partsIn(input: unknown): number {
  let parts = 0;
  const open = [input];
  while (open.length > 0 && parts <= maxParts) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) parts += value.length;
    if (parts <= maxParts) for (const member of Object.values(value)) open.push(member);
  }
  return parts;
}

function addIssue(issue: z.core.$ZodIssue, list: FaultList): void {
  const path = pathOf(issue.path);
  if (issue.code !== 'unrecognized_keys') list.add(path, issue.message);
  else for (const key of issue.keys) list.add(path === '' ? key : `${path}.${key}`, 'is not part of a plan: remove it');
}

function pathOf(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return steps.join('').replace(/^\./, '');
}

const typeNames: Record<string, string> = { array: 'a list', object: 'an object', string: 'a text', int: 'an integer' };

/** Says what is wrong in the words of a plan; undefined where the schema has its own. */
function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'is missing';
    return `must be ${typeNames[issue.expected] ?? `a ${issue.expected}`}`;
  }
  if (issue.code === 'invalid_value')
    return `must be one of ${issue.values.map((one) => JSON.stringify(one)).join(', ')}`;
  if (issue.code === 'invalid_union') return 'must be one of "rectangle", "ellipse", "polygon", "text"';
  if (issue.code === 'too_small') return boundOf(issue.origin, issue.minimum, 'at least', issue.inclusive);
  if (issue.code === 'too_big') return boundOf(issue.origin, issue.maximum, 'at most', issue.inclusive);
  return undefined;
}

function boundOf(origin: string, bound: number | bigint, how: string, isInclusive = true): string {
  if (origin === 'string') return bound === 1 ? 'must not be empty' : `must have ${how} ${bound} characters`;
  if (origin === 'array') return `must have ${how} ${bound} of them`;
  return isInclusive ? `must be ${how} ${bound}` : `must be more than ${bound}`;
}

/** The parts of a plan that the schema has perhaps refused. */
type Loose = { [key in string]?: unknown };

const listOf = (value: unknown): Loose[] =>
  Array.isArray(value) ? value.map((one) => (typeof one === 'object' && one !== null ? one : {})) : [];
const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Checks what goes over several members: names, categories, labels, tables sold whole, the number of places. */
function checkNames(input: unknown, list: FaultList): void {
  if (typeof input !== 'object' || input === null) return;
  const plan = input as Loose;
  const categories = unique('category', plan.categories, 'categories', list);
  const checkCategory = ({ category }: Loose, path: () => string) => {
    if (typeof category !== 'string' || category === '' || categories.has(category)) return;
    list.add(`${path()}.category`, `no such category ${JSON.stringify(category)}`);
  };
  const labels = new Labels(list);
  let count = 0;
  unique('section', plan.sections, 'sections', list);
  for (const [s, section] of listOf(plan.sections).entries()) {
    const sectionName = textOf(section.name) ?? '';
    for (const [r, row] of listOf(section.rows).entries()) {
      const prefix = labelPrefix(sectionName, textOf(row.name) ?? '');
      const seats = listOf(row.seats);
      const path = (i: number) => `sections[${s}].rows[${r}].seats[${i}]`;
      for (let i = 0; i < seats.length; i++) checkCategory(seats[i]!, () => path(i));
      labels.addAll(seats, prefix, path);
      count += seats.length;
    }
    for (const [t, table] of listOf(section.tables).entries()) {
      const path = `sections[${s}].tables[${t}]`;
      const seatPath = (i: number) => `${path}.seats[${i}]`;
      const label = tableLabel(sectionName, textOf(table.name) ?? '');
      const seats = listOf(table.seats);
      for (const [i, seat] of seats.entries()) checkCategory(seat, () => seatPath(i));
      if (table.sold !== 'whole') labels.addAll(seats, `${label}-`, seatPath);
      else {
        labels.add(label, () => path, 0);
        new Labels(list, 'number').addAll(seats, '', seatPath);
        if (new Set(seats.map(({ category }) => category)).size > 1)
          list.add(`${path}.seats`, 'a table that is sold whole has seats of one category');
      }
      count += table.sold === 'whole' ? 1 : seats.length;
    }
  }
  unique('area', plan.areas, 'areas', list);
  const areas = listOf(plan.areas);
  for (const [a, area] of areas.entries()) {
    checkCategory(area, () => `areas[${a}]`);
    if (Number.isInteger(area.capacity)) count += area.capacity as number;
  }
  if (count > planLimits.places) list.add('', `has ${count} places: a plan has at most ${planLimits.places}`);
  else for (const [a, area] of areas.entries()) addArea(area, () => `areas[${a}]`, labels);
  if (count === 0 && Array.isArray(plan.categories)) list.add('', 'has no place to sell');
}

function addArea({ name, capacity }: Loose, path: () => string, labels: Labels): void {
  const area = textOf(name);
  if (!area || !Number.isInteger(capacity)) return;
  for (let i = 1; i <= (capacity as number); i++) labels.add(areaLabel(area, i), path, 0);
}

type PathOf = (index: number) => string;

/** Labels seen so far, with their paths: each further place of a label is a fault that names both. */
class Labels {
  readonly #seen = new Map<string, number>();
  /** One for a whole row, from its first label on: a function a seat would cost more than all else. */
  readonly #paths: { path: PathOf; index: number; count: number }[] = [];
  #count = 0;
  readonly #list: FaultList;
  readonly #kind: string;

  constructor(list: FaultList, kind = 'label') {
    this.#list = list;
    this.#kind = kind;
  }

  addAll(seats: Loose[], prefix: string, path: PathOf): void {
    for (let i = 0; i < seats.length; i++) {
      const number = seats[i]!.number;
      if (typeof number === 'string' && number !== '') this.add(seatLabel(prefix, number), path, i);
    }
  }

  add(label: string, path: PathOf, index: number): void {
    const last = this.#paths.at(-1);
    const isNext = last?.path === path && index - last.index === this.#count - last.count;
    if (!isNext) this.#paths.push({ path, index, count: this.#count });
    const before = this.#seen.get(label);
    if (before === undefined) this.#seen.set(label, this.#count);
    else this.#list.add(path(index), `has the ${this.#kind} ${JSON.stringify(label)}, as has ${this.#pathAt(before)}`);
    this.#count++;
  }

  #pathAt(count: number): string {
    const { path, index, count: from } = this.#paths.findLast((one) => one.count <= count)!;
    return path(index + count - from);
  }
}

function unique(kind: string, value: unknown, path: string, list: FaultList): Set<string> {
  const seen = new Map<string, number>();
  for (const [i, { name }] of listOf(value).entries()) {
    const text = textOf(name);
    if (text === undefined) continue;
    const before = seen.get(text);
    if (before === undefined) seen.set(text, i);
    else list.add(`${path}[${i}].name`, `a further ${kind} ${JSON.stringify(text)}: see ${path}[${before}]`);
  }
  return new Set(seen.keys());
}
