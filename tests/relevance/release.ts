import type { CatalogueEvent } from './catalogue.ts';
import type { Measured } from './measure.ts';
import { type Score, score } from './score.ts';

/** What the last release found: of each engine and query its nDCG and its first hit. */
export type Release = Record<string, Record<string, { ndcg: number; first: string | null }>>;

/** Writes these engines' results, one query a line, and keeps those of engines that were not measured now. */
export function writeRelease(last: Release, measured: Measured[]): string {
  const release = { ...last };
  for (const { name, scores } of measured) {
    const kept = scores.map(({ judged, ndcg, answer }) => [
      judged.q,
      { ndcg: rounded(ndcg), first: answer.uuids[0] ?? null },
    ]);
    release[name] = Object.fromEntries(kept);
  }
  const engines = Object.entries(release).map(([name, queries]) => {
    const lines = Object.entries(queries).map(([q, result]) => `    ${JSON.stringify(q)}: ${JSON.stringify(result)}`);
    return `  ${JSON.stringify(name)}: {\n${lines.join(',\n')}\n  }`;
  });
  return `{\n${engines.join(',\n')}\n}\n`;
}

const rounded = (ndcg: number) => Math.round(ndcg * 10_000) / 10_000;

/** The averages' parts of the last release, of the queries that it had. */
export function scoresOf(
  scores: Score[],
  last: Release[string] = {},
): Pick<Score, 'ndcg' | 'reciprocalRank' | 'success'>[] {
  return scores.flatMap(({ judged }) => {
    const kept = last[judged.q];
    if (!kept) return [];
    const { reciprocalRank, success } = score(judged, {
      total: kept.first ? 1 : 0,
      uuids: kept.first ? [kept.first] : [],
    });
    return [{ ndcg: kept.ndcg, reciprocalRank, success }];
  });
}

/** Returns a line for each query that got worse: what came, and what should have come. */
export function worse(scores: Score[], last: Release[string] = {}, events: Map<string, CatalogueEvent>): string[] {
  return scores.flatMap(({ judged, ndcg, answer }) => {
    const kept = last[judged.q];
    if (!kept || rounded(ndcg) >= kept.ndcg) return [];
    const came = `${show(events.get(answer.uuids[0] ?? ''))} (${answer.total} in all)`;
    const before = show(events.get(kept.first ?? ''));
    return [
      `“${judged.q}” (${judged.kind}): nDCG ${kept.ndcg.toFixed(3)} → ${ndcg.toFixed(3)}; came ${came}, ` +
        `before ${before}, should ${show(judged.best)}`,
    ];
  });
}

export const show = (event: CatalogueEvent | undefined): string =>
  event ? `${event.name} @ ${event.venue.location}` : 'nothing';
