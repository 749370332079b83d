import { createRandom } from '../../drizzle/seed/random.ts';
import type { Weather } from './processes.ts';

const kinds: Record<string, { weather: Weather; expires: boolean }> = {
  brisk: { weather: { faults: 0, deaths: false, slowestPaymentMs: 0 }, expires: false },
  calm: { weather: { faults: 0, deaths: false, slowestPaymentMs: 30 }, expires: false },
  slow: { weather: { faults: 0, deaths: false, slowestPaymentMs: 300 }, expires: false },
  short: { weather: { faults: 0, deaths: false, slowestPaymentMs: 30 }, expires: true },
  faulty: { weather: { faults: 0.02, deaths: false, slowestPaymentMs: 30 }, expires: false },
  deadly: { weather: { faults: 0, deaths: true, slowestPaymentMs: 30 }, expires: false },
  storm: { weather: { faults: 0.02, deaths: true, slowestPaymentMs: 300 }, expires: true },
};

/** The kinds of days, by name. */
const weathers = Object.keys(kinds);

/** The day of a seed, or of the one that is named. */
export function weatherOf(seed: number, named = '') {
  const random = createRandom(seed, 5);
  const name = named || random.pick(weathers);
  const kind = kinds[name];
  if (!kind) throw new Error(`no such weather: ${name}; there are ${weathers.join(', ')}`);
  return { name, ...kind, operations: random.int(300, 1000) };
}
