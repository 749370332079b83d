import { type Plan, planLimits } from '../../../../shared/plan/plan.ts';
import { checkPlan, FaultList, type PlanFaults } from '../../domain/plan/check-plan.ts';
import type { ImportedPlan } from '../../domain/plan/imported-plan.ts';
import { mendLabels } from '../../domain/plan/mend-labels.ts';
import { lineOfJsonFault } from './json-line.ts';

const maxNotes = 100;
/** A file may have a million members that nobody knows. */
export const maxAside = 1000;
export const furtherMembers = '(further members)';

export type Members = Record<string, unknown>;

/**
 * Reads another system's JSON. A member that is missing or of a wrong type becomes a fault and is read as an empty value, so that
 * one reading finds every fault; members that nobody asked for are counted.
 */
export class ForeignFile {
  readonly faults = new FaultList();
  readonly #unknown = new Map<string, number>();
  readonly #notes = new Map<string, number>();

  /** Returns an object, whose members outside `known` are kept aside. */
  object(value: unknown, path: string, known: ReadonlySet<string>): Members {
    if (!isObject(value)) {
      this.faults.add(path, value === undefined ? 'is missing' : 'must be an object');
      return {};
    }
    for (const key in value) {
      if (known.has(key)) continue;
      const place = `${path === '' ? '' : `${path}.`}${key}`.replace(/\[\d+\]/g, '[]');
      const told = this.#unknown.has(place) || this.#unknown.size < maxAside ? place : furtherMembers;
      this.#unknown.set(told, (this.#unknown.get(told) ?? 0) + 1);
    }
    return value;
  }

  /** Returns a list; an empty one where it is missing. */
  list(value: unknown, path: string): unknown[] {
    if (Array.isArray(value)) return value;
    if (value !== undefined && value !== null) this.faults.add(path, 'must be a list');
    return [];
  }

  /** Returns a text; a number is read as one. */
  text(value: unknown, path: string): string {
    if (typeof value === 'string') return value.trim();
    if (typeof value === 'number') return String(value);
    this.faults.add(path, value === undefined || value === null ? 'is missing' : 'must be a text');
    return '';
  }

  optionalText(value: unknown): string {
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  }

  number(value: unknown, path: string): number {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    this.faults.add(path, value === undefined || value === null ? 'is missing' : 'must be a number');
    return 0;
  }

  point(value: unknown, path: string): { x: number; y: number } {
    const { x, y } = this.object(value, path, pointKeys);
    if (!isObject(value)) return { x: 0, y: 0 };
    return { x: this.number(x, `${path}.x`), y: this.number(y, `${path}.y`) };
  }

  /** Returns a color as a plan has it; undefined, with a note, for one that has another form. */
  color(value: unknown): string | undefined {
    if (value === undefined || value === null || value === '') return undefined;
    const text = String(value).trim().toLowerCase();
    const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/.exec(text);
    if (short)
      return `#${short
        .slice(1)
        .map((digit) => digit + digit)
        .join('')}`;
    if (/^#[0-9a-f]{6}$/.test(text)) return text;
    this.note(`The color ${JSON.stringify(text.slice(0, 40))} is left out: write it as #rrggbb.`);
    return undefined;
  }

  note(sentence: string): void {
    this.#notes.set(sentence, (this.#notes.get(sentence) ?? 0) + 1);
  }

  /** Returns the plan of what was read, its labels mended; or the faults. */
  finish(plan: Plan): ImportedPlan | PlanFaults {
    if (!this.faults.isEmpty) return this.faults.told();
    const checked = checkPlan(mendLabels(plan, (note) => this.note(note)));
    if ('faults' in checked) return checked;
    const sentences = [...this.#notes].map(([note, count]) => (count > 1 ? `${note} (${count} times)` : note));
    const more = sentences.length - maxNotes;
    const notes = more > 0 ? [...sentences.slice(0, maxNotes), `And ${more} more of this kind.`] : sentences;
    return { plan: checked.plan, keptAside: [...this.#unknown].map(([path, count]) => ({ path, count })), notes };
  }
}

const pointKeys = new Set(['x', 'y']);

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Returns the JSON of a file, or its fault by line. */
export function parseJson(file: string): { value: unknown } | PlanFaults {
  if (file.length > planLimits.bytes) return oneFault('', `is larger than ${planLimits.bytes / 1024 / 1024} MiB`);
  const text = file.replace(/^\uFEFF/, '');
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).replace(/\s+/g, ' ');
    return oneFault(`line ${lineOfJsonFault(text)}`, `is no JSON: ${reason}`);
  }
}

export const oneFault = (path: string, message: string): PlanFaults => ({ faults: [{ path, message }], more: 0 });
