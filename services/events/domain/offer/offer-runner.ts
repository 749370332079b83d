import { type OfferPorts, type RunningOffer, resumeOffer, runOffer } from './run-offer.ts';

/** Makes the tickets of offers beside the requests that began them. */
export type OfferRunner = {
  start(offer: RunningOffer): void;
  /** Takes up the operations that nobody is at work on. */
  resume(): Promise<void>;
  /** Resolves when no operation is being worked on. */
  idle(): Promise<void>;
};

/** Returns a runner that leaves its operations to others when `stopping` aborts. */
export function offerRunner(ports: OfferPorts, onError: (error: unknown) => void, stopping: AbortSignal): OfferRunner {
  const running = new Set<Promise<void>>();
  return {
    start(offer) {
      const work: Promise<void> = runOffer(ports, offer, { stopping })
        .catch(onError)
        .finally(() => running.delete(work));
      running.add(work);
    },
    async resume() {
      while (!stopping.aborted && (await resumeOffer(ports, { stopping })));
    },
    idle: async () => void (await Promise.all(running)),
  };
}
