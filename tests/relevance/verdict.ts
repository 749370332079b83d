import type { ProbeResults } from './probes.ts';
import { type Agreement, averages, isMeasured, mean, type Score } from './score.ts';

/** The least that each engine must reach. Shares are from 0 to 1. */
export type Floors = {
  engines: Record<string, EngineFloors>;
  agreement: Record<'firstThree' | 'totals', number>;
  probes: ProbeFloors;
};

export type EngineFloors = {
  ndcg: number;
  success: number;
  /** Of the queries where nothing should come. */
  nothing: number;
  /** nDCG of each kind, but for those that `kinds` names. */
  kind: number;
  kinds: Record<string, number>;
};

/** The share of probes whose first hit is right, by the probe's name; `otherwise` for those without a floor. */
export type ProbeFloors = { otherwise: number; first: Record<string, number> };

export type Check = { what: string; value: number; floor: number };

export const isPassed = ({ value, floor }: Check): boolean => value >= floor;

export function checkEngine(name: string, scores: Score[], floors: EngineFloors): Check[] {
  const measured = scores.filter(({ judged }) => isMeasured(judged));
  const empty = scores.filter(({ judged }) => judged.empty && !judged.gap);
  const { ndcg, success } = averages(measured);
  const kinds = Map.groupBy(measured, ({ judged }) => judged.kind);
  return [
    { what: `${name}: nDCG@10`, value: ndcg, floor: floors.ndcg },
    { what: `${name}: success@1`, value: success, floor: floors.success },
    {
      what: `${name}: nothing comes where nothing should`,
      value: mean(empty.map((one) => one.ndcg)),
      floor: floors.nothing,
    },
    ...[...kinds].map(([kind, some]) => ({
      what: `${name}: nDCG@10 of ${kind}`,
      value: averages(some).ndcg,
      floor: floors.kinds[kind] ?? floors.kind,
    })),
  ];
}

export const checkAgreement = ({ firstThree, totals }: Agreement, floors: Floors['agreement']): Check[] => [
  { what: 'both engines have the same first three hits', value: firstThree, floor: floors.firstThree },
  { what: 'both engines have the same totals', value: totals, floor: floors.totals },
];

export function checkProbes(name: string, { items, spellings, walks }: ProbeResults, floors: ProbeFloors): Check[] {
  return [
    ...items.map(({ label, first, n }) => ({
      what: `${name}: ${label}`,
      value: first / n,
      floor: floors.first[label] ?? floors.otherwise,
    })),
    ...spellings.map(({ label, n, missed }) => ({
      what: `${name}: the same hits when written with ${label}`,
      value: 1 - missed.length / n,
      floor: 1,
    })),
    {
      what: `${name}: walks by page and by cursor agree`,
      value: walks.every(({ isWhole }) => isWhole) ? 1 : 0,
      floor: 1,
    },
  ];
}

/** Three digits, cut and not rounded: a value just below its floor must not look like it. */
export const digits = (value: number): string =>
  Number.isNaN(value) ? '–' : (Math.floor(value * 1000 + 1e-9) / 1000).toFixed(3);

export const tell = (check: Check): string =>
  `(${isPassed(check) ? 'pass' : 'fail'}) ${check.what}: ${digits(check.value)}, floor ${check.floor}`;
