import { createHash } from 'node:crypto';
import type { Judged } from './judgements.ts';

/** What an engine returned for a query, by uuid, in order. */
export type Answer = { total: number; uuids: string[]; next?: string | undefined };

export type Score = {
  judged: Judged;
  answer: Answer;
  /** nDCG of the first ten; where nothing should come, 1 when nothing came and 0 otherwise. */
  ndcg: number;
  /** 1 ÷ the place of the first of the best events, 0 when none is among the first ten. */
  reciprocalRank: number;
  /** 1 when the first hit is one of the best. */
  success: number;
};

const depth = 10;

/** Measures the first ten hits. A gain is 2^grade − 1, and counts less the further down it stands. */
export function score(judged: Judged, answer: Answer): Score {
  if (judged.empty) {
    const nothing = answer.total === 0 ? 1 : 0;
    return { judged, answer, ndcg: nothing, reciprocalRank: nothing, success: nothing };
  }
  const grades = answer.uuids.slice(0, depth).map((uuid) => judged.grades.get(uuid) ?? 0);
  const ideal = [...judged.grades.values()].sort((a, b) => b - a).slice(0, depth);
  const at = grades.indexOf(ideal[0]!);
  return {
    judged,
    answer,
    ndcg: gain(grades) / gain(ideal),
    reciprocalRank: at < 0 ? 0 : 1 / (at + 1),
    success: at === 0 ? 1 : 0,
  };
}

const gain = (grades: number[]) => grades.reduce((sum, grade, i) => sum + (2 ** grade - 1) / Math.log2(i + 2), 0);

/** The half that the engines may be tuned on, or the one that shows whether that was for these queries alone. */
export type Half = 'tune' | 'report';

/** A query stays in its half whatever others come and go. */
export const halfOf = (q: string): Half => (createHash('sha256').update(q).digest()[0]! % 2 === 0 ? 'tune' : 'report');

export const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export type Averages = { n: number; ndcg: number; reciprocalRank: number; success: number };

export const averages = (scores: Pick<Score, 'ndcg' | 'reciprocalRank' | 'success'>[]): Averages => ({
  n: scores.length,
  ndcg: mean(scores.map(({ ndcg }) => ndcg)),
  reciprocalRank: mean(scores.map(({ reciprocalRank }) => reciprocalRank)),
  success: mean(scores.map(({ success }) => success)),
});

/** Queries of the kinds that count; without those where nothing should come, and without gaps. */
export const isMeasured = ({ empty, gap }: Judged): boolean => !empty && !gap;

/** The name under which a query is reported: its kind, and that of a gap apart. */
export const kindOf = ({ kind, gap }: Judged): string => (gap && !kind.endsWith('(gap)') ? `${kind} (gap)` : kind);

/** How far two engines agree on the same queries: shares, and the queries on which they do not. */
export type Agreement = { firstThree: number; totals: number; apart: { q: string; answers: [Answer, Answer] }[] };

/** Compares two engines: the share of queries with the same first three hits in order, and with the same total. */
export function agreement(a: Score[], b: Score[]): Agreement {
  const pairs = a.map(({ judged, answer }, i) => {
    const answers: [Answer, Answer] = [answer, b[i]!.answer];
    const [one, other] = answers.map(({ uuids }) => uuids.slice(0, 3).join());
    return { q: judged.q, answers, firstThree: one === other, totals: answer.total === b[i]!.answer.total };
  });
  const share = (what: 'firstThree' | 'totals') => mean(pairs.map((pair) => (pair[what] ? 1 : 0)));
  return {
    firstThree: share('firstThree'),
    totals: share('totals'),
    apart: pairs.filter(({ firstThree, totals }) => !firstThree || !totals),
  };
}
