import type { Progress } from '../bench/progress.ts';
import type { CatalogueEvent } from './catalogue.ts';
import type { Engine } from './engines.ts';
import type { Judged } from './judgements.ts';
import { type Measured, measure } from './measure.ts';
import { type ProbeSettings, probe } from './probes.ts';
import type { Release } from './release.ts';
import { comparison, disagreement, misses, tables, worst } from './report.ts';
import { agreement } from './score.ts';
import { type Check, checkAgreement, checkEngine, checkProbes, type Floors } from './verdict.ts';

export type Study = {
  /** The service over each of its indexes: these have floors. */
  services: Engine[];
  /** Measured to compare with. */
  baselines: Engine[];
  events: CatalogueEvent[];
  queries: Judged[];
  floors: Floors;
  last: Release;
  /** Without it no probes are made. */
  probes?: ProbeSettings | undefined;
  /** How many of the lowest queries and of disagreements are shown; a fifth of that for each probe. */
  shown: number;
  progress: Progress;
};

export type Findings = { report: string; checks: Check[]; measured: Measured[] };

/** Asks all engines all queries, and the services the probes; compares them with the floors and the last release. */
export async function study(wanted: Study): Promise<Findings> {
  const { services, baselines, events, queries, floors, last, probes, shown, progress } = wanted;
  const byUuid = new Map(events.map((event) => [event.uuid, event]));
  const measured: Measured[] = [];
  for (const engine of services) measured.push(await measure(engine, queries, progress));
  const compared: Measured[] = [];
  for (const engine of baselines) compared.push(await measure(engine, queries, progress));

  const report = [tables([...measured, ...compared], last)];
  const checks = measured.flatMap(({ name, scores }) => checkEngine(name, scores, floors.engines[name]!));
  const [one, other] = measured;
  if (one && other) {
    const agreed = agreement(one.scores, other.scores);
    checks.push(...checkAgreement(agreed, floors.agreement));
    report.push(disagreement([one.name, other.name], agreed, shown, byUuid));
  }
  report.push(comparison(measured, last, byUuid));
  report.push(...measured.map((engine) => worst(engine, shown, byUuid)));
  for (const engine of probes ? services : []) {
    const results = await probe(engine, events, probes!, progress);
    checks.push(...checkProbes(engine.name, results, floors.probes));
    report.push(misses(engine.name, results, Math.ceil(shown / 5)));
  }
  progress.done();
  return { report: report.join('\n\n'), checks, measured };
}
