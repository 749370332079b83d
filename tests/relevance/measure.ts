import type { Progress } from '../bench/progress.ts';
import type { Engine } from './engines.ts';
import type { Judged } from './judgements.ts';
import { type Score, score } from './score.ts';

export type Measured = { name: string; scores: Score[]; latencyMs: { p50: number; p99: number } };

const warmUps = 40;

/** Asks every query, one after the other; and once more with other sizes, which no cache knows, for the times. */
export async function measure(engine: Engine, queries: Judged[], progress: Progress): Promise<Measured> {
  progress.begin(`${engine.name}, ${queries.length} queries`);
  for (const { q } of queries.slice(0, warmUps)) await engine.ask(q, { size: 9 });
  const times: number[] = [];
  const ask = async (judged: Judged, size: number) => {
    const began = performance.now();
    const answer = await engine.ask(judged.q, { size });
    times.push(performance.now() - began);
    return answer;
  };
  const scores: Score[] = [];
  for (const judged of queries) {
    scores.push(score(judged, await ask(judged, 10)));
    if (scores.length % 50 === 0) progress.say(`${scores.length} judged`);
  }
  for (const size of [11, 12]) for (const judged of queries) await ask(judged, size);
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]!;
  return { name: engine.name, scores, latencyMs: { p50: at(0.5), p99: at(0.99) } };
}
