import type { Plan } from '../../../../shared/plan/plan.ts';
import type { PlanFaults } from './check-plan.ts';

export const planFormats = ['onsale', 'pretix', 'seatsio', 'csv'] as const;
export type PlanFormat = (typeof planFormats)[number];

/** A plan made of another format, and what of it a plan of ours does not have. */
export type ImportedPlan = {
  plan: Plan;
  /** Members that are not known, with how often each stands in the file: `zones[].rows[].seats[].status`. */
  keptAside: { path: string; count: number }[];
  /** Everything else that is otherwise than in the file, in sentences. */
  notes: string[];
};

/** Port: reads a format. Returns the plan, checked, or every fault of the file by its path or line. */
export type PlanImporter = (file: string) => ImportedPlan | PlanFaults;
