import { table } from '../bench/table.ts';
import type { CatalogueEvent } from './catalogue.ts';
import type { Measured } from './measure.ts';
import type { ProbeResults } from './probes.ts';
import { type Release, scoresOf, show, worse } from './release.ts';
import { type Agreement, averages, halfOf, isMeasured, kindOf, type Score } from './score.ts';
import { digits } from './verdict.ts';

type Some = (score: Score) => boolean;

/** The table of kinds × engines, then halves, gaps, queries without results and latency. */
export function tables(measured: Measured[], last: Release): string {
  const row = (label: string, some: Some): string[] => {
    const cells = measured.map(({ name, scores }) => cell(scores.filter(some), last[name]));
    return [label, String(measured[0]!.scores.filter(some).length), ...cells];
  };
  const of = (some: Some) => [...new Set(measured[0]!.scores.filter(some).map(({ judged }) => kindOf(judged)))];
  const counts: Some = ({ judged }) => isMeasured(judged);
  const isGap: Some = ({ judged }) => judged.gap === true && !judged.empty;
  const rows = (some: Some) => of(some).map((kind) => row(kind, (one) => some(one) && kindOf(one.judged) === kind));
  const half = (which: 'tune' | 'report') =>
    row(`half to ${which === 'tune' ? 'tune on' : 'report'}`, (one) => counts(one) && halfOf(one.judged.q) === which);
  const isEmpty: Some = ({ judged }) => judged.empty === true && !judged.gap;
  const head = ['nDCG@10 / success@1', 'n', ...measured.map(({ name }) => name)];
  const ranks = measured.map(({ scores }) => digits(averages(scores.filter(counts)).reciprocalRank));
  const nothing = measured.map(({ scores }) => digits(averages(scores.filter(isEmpty)).ndcg));
  const times = measured.map(({ latencyMs: { p50, p99 } }) => `${p50.toFixed(1)} / ${p99.toFixed(1)}`);
  const n = (some: Some) => String(measured[0]!.scores.filter(some).length);
  return [
    table(head, [...rows(counts), row('all', counts), half('tune'), half('report')]),
    table(head, rows(isGap)),
    table(
      ['', 'n', ...measured.map(({ name }) => name)],
      [
        ['MRR', n(counts), ...ranks],
        ['nothing comes where nothing should', n(isEmpty), ...nothing],
        ['latency, ms, p50 / p99', '', ...times],
      ],
    ),
  ].join('\n\n');
}

/** What was, and what is; once, if nothing changed. */
function cell(scores: Score[], last: Release[string] | undefined): string {
  const now = averages(scores);
  const before = averages(scoresOf(scores, last));
  return (['ndcg', 'success'] as const)
    .map((what) => [digits(before[what]), digits(now[what])])
    .map(([was, is]) => (before.n === 0 || was === is ? is : `${was} → ${is}`))
    .join(' / ');
}

/** The queries that got worse since the last release, of each engine that it had. */
export function comparison(measured: Measured[], last: Release, events: Map<string, CatalogueEvent>): string {
  const parts = measured
    .filter(({ name }) => last[name])
    .map(({ name, scores }) => listed(`${name}: worse than in the last release`, worse(scores, last[name], events)));
  return parts.length > 0 ? parts.join('\n\n') : 'There is no release to compare with';
}

/** The queries with the lowest nDCG of an engine: what came, and what should have. */
export function worst({ name, scores }: Measured, n: number, events: Map<string, CatalogueEvent>): string {
  const low = scores
    .filter(({ judged, ndcg }) => !judged.gap && ndcg < 1)
    .sort((a, b) => a.ndcg - b.ndcg)
    .map(({ judged, ndcg, answer }) => {
      const came = answer.uuids.slice(0, 2).map((uuid) => show(events.get(uuid)));
      const told = `came ${came.join('; ') || 'nothing'} (${answer.total} in all), should ${show(judged.best)}`;
      return `“${judged.q}” (${judged.kind}): ${digits(ndcg)}; ${told}`;
    });
  return listed(`${name}: below 1, the lowest first`, low, n);
}

/** The queries on which two engines disagree: their totals, and the first place where their hits differ. */
export function disagreement(
  names: string[],
  { apart }: Agreement,
  n: number,
  events: Map<string, CatalogueEvent>,
): string {
  const lines = apart.map(({ q, answers }) => {
    const at = [0, 1, 2].find((i) => answers[0].uuids[i] !== answers[1].uuids[i]);
    const told = answers.map(({ total, uuids }, i) => {
      const hit = at === undefined ? '' : `, at ${at + 1} ${show(events.get(uuids[at] ?? ''))}`;
      return `${names[i]} ${total} in all${hit}`;
    });
    return `“${q}”: ${told.join('; ')}`;
  });
  return listed('The engines disagree', lines, n);
}

/** What the probes missed, so many of each kind. */
export function misses(name: string, { items, spellings, walks }: ProbeResults, n: number): string {
  const some = (kinds: { label: string; missed: string[] }[]) =>
    kinds.flatMap(({ label, missed }) => missed.slice(0, n).map((text) => `${label}: ${text}`));
  const lost = walks.filter(({ isWhole }) => !isWhole).map(({ q, told }) => `walk through “${q}”: ${told}`);
  const lines = [...some(items), ...some(spellings), ...lost];
  return listed(`${name}: missed by the probes, ${n} of each kind at most`, lines);
}

/** A title with the number of lines, and the first of them. */
export const listed = (title: string, lines: string[], n = lines.length): string =>
  [
    `${title}: ${lines.length || 'none'}`,
    ...lines.slice(0, n).map((line) => `- ${line}`),
    ...(lines.length > n ? [`- … and ${lines.length - n} more (--show)`] : []),
  ].join('\n');
