import { AppError, type ErrorType } from '../../../../shared/errors.ts';

/** The errors of presales and their codes, by codes that never change. */
export const noSuchPresale = { code: 'presale_not_found', kind: 'not_found' } as const satisfies ErrorType;
export const presaleUsed = { code: 'presale_used', kind: 'conflict' } as const satisfies ErrorType;
export const noSuchCode = { code: 'code_not_found', kind: 'not_found' } as const satisfies ErrorType;
export const codeTaken = { code: 'code_taken', kind: 'conflict' } as const satisfies ErrorType;

export const presaleNotFound = () => new AppError(noSuchPresale, 'Presale not found');

export const presaleIsUsed = () =>
  new AppError(presaleUsed, 'Seats were reserved by its codes: end it by its ends_at, or withdraw its codes');

export const codeNotFound = () => new AppError(noSuchCode, 'Access code not found');

export const codesTaken = (codes: string[]) =>
  new AppError(codeTaken, 'The presale has some of these codes: leave those out', { details: { codes } });
