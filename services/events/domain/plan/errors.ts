import { AppError, type ErrorType } from '../../../../shared/errors.ts';
import type { PlanFaults } from './check-plan.ts';

export const noSuchPlan = { code: 'plan_not_found', kind: 'not_found' } as const satisfies ErrorType;
export const planInvalid = { code: 'plan_invalid', kind: 'unprocessable' } as const satisfies ErrorType;
export const planInUse = { code: 'plan_in_use', kind: 'conflict' } as const satisfies ErrorType;

export const planNotFound = () => new AppError(noSuchPlan, 'Seating plan not found');

export const eventHasNoPlan = () =>
  new AppError(noSuchPlan, 'The event has no seating plan: its tickets were not made from one, or are being made');

export function badPlan({ faults, more }: PlanFaults): AppError {
  const message = 'The plan is not taken, and nothing has changed: mend its faults, and send it again';
  return new AppError(planInvalid, message, { details: { faults, ...(more > 0 && { more }) } });
}

export const usedPlan = () =>
  new AppError(planInUse, 'Events sell by this plan: give them another offer first, or leave it');
