import { AppError, type ErrorType } from '../../../../shared/errors.ts';

export const noSuchOrganiser = { code: 'organiser_not_found', kind: 'not_found' } as const satisfies ErrorType;

export const organiserNotFound = () => new AppError(noSuchOrganiser, 'Organiser not found');

/** A token may name any uuid. */
export const organiserUnknown = () =>
  new AppError(
    'forbidden',
    'The organiser that the token names is not known here: an administrator makes it by POST /api/v1/management/organisers',
  );
