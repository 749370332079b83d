import { Counter } from 'k6/metrics';

const brokenVisits = new Counter('broken_visits');

/** Makes an error within a visit fail the run: k6 itself only logs it, and the run passes. */
export function visit<Data>(work: (data: Data) => void): (data: Data) => void {
  return (data) => {
    try {
      work(data);
    } catch (error) {
      brokenVisits.add(1);
      console.error(`a visit broke off: ${error}`);
    }
  };
}

/** One of a list, each as likely as the other. */
export const anyOf = <T>(list: T[]): T => list[Math.floor(Math.random() * list.length)]!;

/** Returns true with this probability. */
export const chance = (share: number): boolean => Math.random() < share;
