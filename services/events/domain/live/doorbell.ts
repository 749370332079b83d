/** Wakes a waiting loop. A ring without a waiter is kept for the next wait; several count as one. */
export type Doorbell = {
  ring(): void;
  /** Resolves to true at a ring, to false after `ms` without one; one caller at a time. */
  wait(ms: number): Promise<boolean>;
};

export function doorbell(): Doorbell {
  let isRung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      isRung = true;
      wake?.();
    },
    async wait(ms) {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      const wasRung = isRung;
      isRung = false;
      return wasRung;
    },
  };
}
