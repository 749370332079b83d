import type { Job } from '../../../shared/process/jobs.ts';
import type { OfferRunner } from '../domain/offer/offer-runner.ts';

/** Goes on with the tickets of offers whose process has died. */
export const offersJob = (offers: Pick<OfferRunner, 'resume'>): Job => ({ name: 'offers', run: offers.resume });
