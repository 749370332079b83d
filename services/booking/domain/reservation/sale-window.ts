import { AppError } from '../../../../shared/errors.ts';

const hint = 'The sale of this event has ended: choose another event';

/** The event has begun, or is about to. The original's routes have a `message` of their own, and the hint beside it. */
export const notOnSale = (message = hint) =>
  new AppError('sales_ended', message, { details: message === hint ? {} : { hint } });
