import { startSale } from '../../services/booking/testing.ts';
import { holdMs } from './expire.ts';
import { judge } from './judge.ts';
import { type LifeOptions, live } from './live.ts';

/** A sale for histories, some of its parts replaced; its holds last longer than any history. */
export const startShortSale = (replace: Parameters<typeof startSale>[0] = () => ({})) =>
  startSale((deps) => ({ lockTtlMs: holdMs, ...replace(deps) }));

export type ShortSale = Awaited<ReturnType<typeof startShortSale>>;

/** Records histories of a broken sale, one seed after the other, until one is impossible. */
export async function firstImpossible(
  sale: ShortSale,
  options: Omit<LifeOptions, 'seed'>,
  maxHistories = 10,
): Promise<string | undefined> {
  for (let seed = 1; seed <= maxHistories; seed++) {
    const { findings } = judge(await live(sale, { ...options, seed }));
    const impossible = findings.find((finding) => finding.includes("can't all be true"));
    if (impossible) return impossible;
  }
  return undefined;
}
