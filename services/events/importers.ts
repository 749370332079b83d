import { importPlan } from './adapters/plan-formats/import-plan.ts';
import { type PlanImporters, planFormats } from './http/plans.ts';

/** The readers of the formats of plans. */
export const importers = {
  ...Object.fromEntries(planFormats.map((format) => [format, (file: string) => importPlan(file, format)])),
  any: (file: string) => importPlan(file),
} as PlanImporters;
